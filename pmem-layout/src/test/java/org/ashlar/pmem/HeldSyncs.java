package org.ashlar.pmem;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds an {@code msync} as a slow device does, for tests of this module and of those above it. */
public final class HeldSyncs implements AutoCloseable {
    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();

    private HeldSyncs() {}

    /**
     * Holds the next sync, in whichever pool it comes up, and lets later ones pass.
     *
     * @return to be closed when no sync shall be held any more
     */
    public static HeldSyncs holdNext() {
        final HeldSyncs held = new HeldSyncs();
        Steps.install(step -> {
            if (step.equals("msync") && held.begun.getAndIncrement() == 0) {
                held.began.countDown();
                try {
                    held.mayEnd.await();
                } catch (final InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        return held;
    }

    /**
     * Waits until a sync is held.
     *
     * @throws InterruptedException when the caller is interrupted
     */
    public void awaitHeld() throws InterruptedException {
        began.await();
    }

    /** Lets the sync that is held go on. */
    public void release() {
        mayEnd.countDown();
    }

    /**
     * How many syncs began, the one that is held among them.
     *
     * @return the number
     */
    public int begun() {
        return begun.get();
    }

    @Override
    public void close() {
        release();
        Steps.install(null);
    }
}
