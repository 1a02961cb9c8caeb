package org.ashlar.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.ashlar.kv.StoreException;

/** A daemon thread that is there only while there is something to do, and does it a little at a time. */
final class BackgroundWork {
    private static final System.Logger LOG = System.getLogger(BackgroundWork.class.getName());
    private static final long PARK_NANOS = 1_000_000;

    private final String name;
    private final BooleanSupplier isDue;
    private final BooleanSupplier step;
    private final AtomicBoolean runs = new AtomicBoolean();

    /**
     * Makes the work; nothing runs yet.
     *
     * @param name of the thread
     * @param isDue whether there is anything to do
     * @param step does a little of it; false when nothing can be done just now. May throw {@link StoreException}, which ends the thread
     */
    BackgroundWork(final String name, final BooleanSupplier isDue, final BooleanSupplier step) {
        this.name = name;
        this.isDue = isDue;
        this.step = step;
    }

    /** Sees to it that a thread is at it. */
    void start() {
        if (!runs.get() && runs.compareAndSet(false, true)) {
            final Thread thread = new Thread(this::run, name);
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (final OutOfMemoryError e) {
                runs.set(false); // no thread to be had: the next call tries again
            }
        }
    }

    private void run() {
        boolean goOn = true;
        try {
            while (isDue.getAsBoolean()) {
                if (!step.getAsBoolean()) {
                    LockSupport.parkNanos(PARK_NANOS); // somebody who began before may still use what is to go
                }
            }
        } catch (final StoreException e) {
            goOn = false;
            LOG.log(System.Logger.Level.DEBUG, "background work ended early", e); // closed, as a rule
        } finally {
            runs.set(false);
        }
        if (goOn && isDue.getAsBoolean()) {
            start(); // it came up between the last look and the end
        }
    }
}
