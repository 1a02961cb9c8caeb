package org.ashlar.pmem.sim;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Threads that waited for a lock of the JDK, and whether they wait no more. */
final class LockWaits {
    private static final long LOOK_NANOS = Turns.LOOK_NANOS / 10;
    private static final long GRACE_NANOS = 300_000;
    private static final long LONG_GRACE_NANOS = 20_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<TurnThread> workers;
    private volatile boolean wakes;

    LockWaits(final List<TurnThread> workers) {
        this.workers = workers;
    }

    /** The calling thread wakes those who wait for something that has no owner. */
    void noteWaking() {
        wakes = true;
    }

    /** Those that waited for a lock, and wait no more, come to their next step; so do those whom they let go on before it. */
    void await() {
        boolean someWentOn = true;
        while (someWentOn) {
            someWentOn = false;
            for (final TurnThread worker : workers) {
                if (worker.isBlocked && !worker.isReady) {
                    someWentOn |= await(worker);
                }
            }
        }
        wakes = false;
    }

    private boolean await(final TurnThread worker) {
        final long now = System.nanoTime();
        final long graceEnds = now + (wakes ? LONG_GRACE_NANOS : GRACE_NANOS);
        while (!worker.isReady && !worker.isDone) {
            if (!isReleased(worker, System.nanoTime() > graceEnds)) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
            if (System.nanoTime() > now + Turns.STUCK_NANOS) {
                throw new AssertionError(
                        "a thread does not take the lock that it waited for: " + TurnThread.describe(workers));
            }
        }
        return !worker.isDone;
    }

    /** Whether a thread that waited goes on, or will: the lock that it waited for has no owner. */
    private static boolean isReleased(final TurnThread worker, final boolean isLate) {
        final ThreadInfo info = THREADS.getThreadInfo(worker.getId());
        if (info == null || !isWaiting(info.getThreadState())) {
            return true;
        }
        if (info.getLockOwnerId() >= 0) {
            return false;
        }
        final LockInfo lock = info.getLockInfo();
        final boolean mayBeOwned = info.getThreadState() == Thread.State.BLOCKED
                || (lock != null && lock.getClassName().contains("ReentrantLock"));
        return mayBeOwned || !isLate; // of a condition nobody can say whether it was signalled
    }

    /** Whether a thread in this state waits for another. */
    static boolean isWaiting(final Thread.State state) {
        return state == Thread.State.BLOCKED || state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }
}
