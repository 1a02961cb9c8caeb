package org.ashlar.pmem.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs several threads one at a time. Who goes on is drawn from a seed at each {@link #step}, so that a run can be repeated.
 *
 * <p><b>Stretches.</b> Who gets a turn keeps it for a number of steps, mostly few, sometimes thousands: long enough for whole operations
 * in the middle of another thread's. A thread that polls one address is taken for one that waits, and loses its turn.
 *
 * <p><b>Locks.</b> A thread that waits for a lock of the JDK, whose owner has no turn, can take no step. The thread that called {@link
 * #run} looks at its state and passes the turn on. When the lock is free again, the thread that waited runs up to its next step beside
 * the one whose turn it is; that one waits for it at its own next step. Neither stores to mapped memory in between, so the order of
 * stores is repeatable all the same.
 */
public final class Turns implements Scheduler {
    private static final int LONGEST_STRETCH_LOG = 12;
    private static final int TELLING_ONE_IN = 3;
    private static final int POLLS = 3;
    static final long LOOK_NANOS = 50_000;
    private static final int IDLE_LOOKS = 100;
    static final long STUCK_NANOS = 20_000_000_000L;

    private final SplittableRandom random;
    /** The step at which the first thread is stopped until the others have ended or wait for it; 0 where the seed decides. */
    private final long onlySwitchAt;

    private final List<TurnThread> workers = new ArrayList<>();
    private final LockWaits lockWaits = new LockWaits(workers);
    private volatile @Nullable TurnThread running;
    private volatile @Nullable Thread watcher;
    private volatile boolean held;
    /** Whether the thread whose turn it is waits for one that was released; it is not stuck, however long that takes. */
    private volatile boolean settling;

    private volatile boolean ended;
    private final AtomicLong steps = new AtomicLong();
    private long stretchEnds;
    private final AtomicInteger waits = new AtomicInteger();
    private long switches;
    private long trace;

    /** Thrown out of a step when another thread has failed. An error, so that nobody catches it. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("another thread has failed", null, false, false);
        }
    }

    /**
     * Makes the turns of one run.
     *
     * @param seed decides
     */
    public Turns(final long seed) {
        this(seed, 0);
    }

    private Turns(final long seed, final long onlySwitchAt) {
        random = new SplittableRandom(seed);
        this.onlySwitchAt = onlySwitchAt;
    }

    /**
     * Makes turns by which the first thread goes up to one of its steps, then the others to their ends, then the first to its end: so that
     * all places where it could be stopped can be tried one after the other.
     *
     * @param step number of the step, from 1
     * @return the turns; {@link #switches} is at most 1 where the first thread has fewer steps
     */
    public static Turns switchingAt(final long step) {
        return new Turns(step, step);
    }

    /**
     * Runs tasks, each on a thread of its own, until all have ended. When one fails, the others are thrown out of their next step.
     *
     * @param tasks what to run
     * @param onFailure called once no other thread goes on, before they are thrown out
     * @throws Throwable what the first one that failed has thrown
     */
    public void run(final List<Runnable> tasks, final Runnable onFailure) throws Throwable {
        for (final Runnable task : tasks) {
            workers.add(new TurnThread(this, workers.size(), task));
        }
        watcher = Thread.currentThread();
        workers.forEach(Thread::start);
        awaitAllReady();
        running = pick(null);
        LockSupport.unpark(running);
        watch(onFailure);
        for (final TurnThread worker : workers) {
            worker.join(STUCK_NANOS / 1_000_000);
        }
        for (final TurnThread worker : workers) {
            if (worker.failure != null && !(worker.failure instanceof Ended)) {
                throw worker.failure;
            }
        }
    }

    private void awaitAllReady() {
        for (final TurnThread worker : workers) {
            while (!worker.isReady) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    // --------------------------------------------------------------------------------------------------- the threads

    /** A point where another thread may go on instead of this one. Does nothing on a thread that is none of these. */
    @Override
    public void step(final boolean telling) {
        final TurnThread worker = caller();
        if (worker != null) {
            worker.endPolling();
            step(worker, telling, false);
        }
    }

    @Override
    public void stepAtLoad(final long address) {
        final TurnThread worker = caller();
        if (worker != null) {
            step(worker, false, worker.poll(address) >= POLLS);
        }
    }

    private @Nullable TurnThread caller() {
        return Thread.currentThread() instanceof TurnThread worker && workers.contains(worker) ? worker : null;
    }

    private void step(final TurnThread worker, final boolean telling, final boolean mustYield) {
        if (ended || held) {
            return;
        }
        if (running != worker) {
            arrive(worker); // it was blocked
            return;
        }
        steps.incrementAndGet();
        settle();
        final boolean isTelling = telling && onlySwitchAt == 0 && random.nextInt(TELLING_ONE_IN) == 0;
        if (steps.get() < stretchEnds && !mustYield && !isTelling) {
            return;
        }
        worker.isReady = true;
        final TurnThread next = pick(mustYield || onlySwitchAt > 0 ? worker : null);
        if (next == null || next == worker) {
            worker.isReady = false;
            return;
        }
        passTo(next);
        await(worker);
    }

    /** Whoever waited for a lock that is free, comes to its next step before this thread goes on. */
    private void settle() {
        settling = true;
        try {
            lockWaits.await();
        } finally {
            settling = false;
        }
    }

    @Override
    public void unlocked() {
        final TurnThread worker = caller();
        if (worker == null || ended || held) {
            return;
        }
        if (running == worker) {
            settle();
        } else {
            arrive(worker); // it was blocked; others may be, for the same lock
        }
    }

    /** Waits for the first turn, or for another after a lock. */
    void arrive(final TurnThread worker) {
        worker.isReady = true;
        await(worker);
    }

    private void await(final TurnThread worker) {
        while (running != worker) {
            if (ended) {
                throw new Ended();
            }
            LockSupport.park(this);
        }
        worker.isReady = false;
        worker.isBlocked = false;
    }

    private void passTo(final TurnThread next) {
        switches++;
        trace = trace * 31 + steps.get() * 7 + next.number;
        running = next;
        LockSupport.unpark(next);
    }

    /** One of those that can go on, and how long it may; null when there is none but the one that may not. */
    private @Nullable TurnThread pick(final @Nullable TurnThread not) {
        final List<TurnThread> able = new ArrayList<>();
        for (final TurnThread worker : workers) {
            if (worker != not && worker.canGoOn()) {
                able.add(worker);
            }
        }
        if (onlySwitchAt > 0) {
            stretchEnds = running == null ? onlySwitchAt : Long.MAX_VALUE;
            return able.isEmpty() ? null : able.get(0);
        }
        stretchEnds = steps.get() + (1L << random.nextInt(LONGEST_STRETCH_LOG + 1));
        return able.isEmpty() ? null : able.get(random.nextInt(able.size()));
    }

    // --------------------------------------------------------------------------------------------------- the watcher

    /** Passes the turn on where the thread whose turn it is cannot do so itself. */
    private void watch(final Runnable onFailure) throws InterruptedException {
        long stepsSeen = -1;
        int looks = 0;
        long since = System.nanoTime();
        while (true) {
            LockSupport.parkNanos(LOOK_NANOS);
            final TurnThread worker = running;
            if (worker == null) {
                throw new IllegalStateException("nobody runs");
            }
            if (worker.isDone) {
                if (worker.failure != null) {
                    onFailure.run();
                    throwOut();
                    return;
                }
                if (workers.stream().allMatch(w -> w.isDone)) {
                    return;
                }
                worker.join(STUCK_NANOS / 1_000_000); // what it owned is another's from here on
                lockWaits.await();
                final TurnThread next = pick(null);
                if (next != null) {
                    passTo(next);
                    since = System.nanoTime();
                }
            } else if (!held && !settling) {
                final Thread.State state = worker.getState();
                final boolean same = steps.get() == stepsSeen && running == worker && !worker.isReady;
                looks = same && LockWaits.isWaiting(state) ? looks + 1 : 0;
                stepsSeen = steps.get();
                final boolean isStuck = state == Thread.State.TIMED_WAITING ? looks > IDLE_LOOKS : looks > 1;
                if (isStuck) {
                    lockWaits.await(); // who has just been given a lock counts among those who can go on
                }
                if (isStuck && running == worker && LockWaits.isWaiting(worker.getState())) {
                    worker.isBlocked = true;
                    final TurnThread next = pick(worker);
                    if (next != null) {
                        waits.incrementAndGet();
                        looks = 0;
                        passTo(next);
                    } else {
                        worker.isBlocked = false;
                    }
                }
                if (looks == 0) {
                    since = System.nanoTime();
                }
            }
            if (held || settling) {
                since = System.nanoTime();
            }
            if (System.nanoTime() - since > STUCK_NANOS) {
                final AssertionError stuck = new AssertionError("all threads wait: " + TurnThread.describe(workers));
                onFailure.run();
                throwOut();
                throw stuck;
            }
        }
    }

    void wakeWatcher() {
        LockSupport.unpark(watcher);
    }

    private void throwOut() {
        ended = true;
        for (final TurnThread worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    // --------------------------------------------------------------------------------------------------- what others
    // ask

    @Override
    public void wakesOthers() {
        lockWaits.noteWaking();
    }

    /**
     * Does something on the thread whose turn it is, during which nobody else goes on, however long it waits.
     *
     * @param task what to do
     */
    public void hold(final Runnable task) {
        held = true;
        try {
            task.run();
        } finally {
            held = false;
        }
    }

    /**
     * How often the turn has gone to another thread.
     *
     * @return switches
     */
    public long switches() {
        return switches;
    }

    /**
     * How often a thread waited for a lock of the JDK, so that the turn was taken from it.
     *
     * @return times
     */
    public int waits() {
        return waits.get();
    }

    /**
     * A number that differs, most likely, where turns have gone differently.
     *
     * @return the number
     */
    public long trace() {
        return trace;
    }
}
