package org.ashlar.pmem.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the threads that take turns. */
final class TurnThread extends Thread {
    final int number;
    private final Turns turns;
    private final Runnable task;
    volatile boolean isReady;
    volatile boolean isBlocked;
    volatile boolean isDone;
    private long polled;
    private int polls;

    @Nullable Throwable failure;

    TurnThread(final Turns turns, final int number, final Runnable task) {
        super("turn " + number);
        this.turns = turns;
        this.number = number;
        this.task = task;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            turns.arrive(this);
            task.run();
        } catch (final Throwable e) {
            failure = e;
        } finally {
            isDone = true;
            turns.wakeWatcher();
        }
    }

    /** Counts the loads of one address that follow each other; so many more. */
    int poll(final long address) {
        polls = polled == address ? polls + 1 : 0;
        polled = address;
        return polls;
    }

    void endPolling() {
        polls = 0;
    }

    boolean canGoOn() {
        return isReady && !isDone;
    }

    /** Where some threads are, for a report. */
    static String describe(final List<TurnThread> workers) {
        final StringBuilder text = new StringBuilder();
        for (final TurnThread worker : workers) {
            text.append("\n  turn ").append(worker.number).append(worker.isDone ? " has ended" : "");
            for (final StackTraceElement frame : worker.getStackTrace()) {
                text.append("\n    ").append(frame);
            }
        }
        return text.toString();
    }
}
