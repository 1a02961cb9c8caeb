package org.ashlar.engine.epoch;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The epochs of one open store.
 *
 * <p><b>Assumptions.</b> Whoever holds a participant uses it from one thread at a time; a thing is retired after its
 * unlinking is visible (and durable, where that matters) and at most once.
 *
 * <p><b>Guarantees.</b> A retired thing is handed to the {@link Reclaimer} only when every operation that was running at the
 * time of {@link #retire} has ended. An operation announces the epoch that it read before it looks at anything, with a
 * compare-and-set, which is a full fence: either the reclaiming side's scan sees the announcement, or the operation sees
 * the unlinking. A stale epoch in an announcement only delays reuse.
 *
 * <p><b>Progress.</b> Entering is lock-free; participants are claimed, not bound to threads, so virtual threads share them, and
 * more are made when all are taken. An operation that never ends stops reuse, nothing else.
 *
 * <p>After "Practical lock-freedom", K. Fraser, 2004.
 */
public final class Epochs {
    /** Retired things per participant between two drains. */
    static final int DRAIN_INTERVAL = 64;

    private static final int INITIAL_PARTICIPANTS = 64;
    private static final int PROBES = 4;
    private static final int TIMES = 1024;

    private final AtomicLong global = new AtomicLong(1);
    private final Supplier<Object> scratchFactory;
    private final long[] beganNanos = new long[TIMES];
    private volatile Participant[] participants;
    private volatile Reclaimer reclaimer = (participant, code) -> {
        throw new IllegalStateException("no reclaimer");
    };

    /**
     * Makes the epochs of a store.
     *
     * @param scratchFactory makes what each participant carries; called from any thread
     */
    public Epochs(final Supplier<Object> scratchFactory) {
        this.scratchFactory = scratchFactory;
        final Participant[] first = new Participant[INITIAL_PARTICIPANTS];
        for (int i = 0; i < first.length; i++) {
            first[i] = new Participant(scratchFactory.get());
        }
        participants = first;
        Arrays.fill(beganNanos, System.nanoTime());
    }

    /**
     * Sets who takes back what was retired. Once, before the first operation.
     *
     * @param value the reclaimer
     */
    public void setReclaimer(final Reclaimer value) {
        reclaimer = value;
    }

    /**
     * Begins an operation.
     *
     * @return the participant, to be given to {@link #exit}
     */
    public Participant enter() {
        final Participant[] all = participants;
        final long id = Thread.currentThread().getId();
        final int home = (int) ((id * 0x9E3779B97F4A7C15L) >>> 40) & (all.length - 1);
        final Participant first = all[home];
        if (first.tryEnter(global.get())) {
            return first;
        }
        return enterElsewhere(all, home);
    }

    private Participant enterElsewhere(final Participant[] all, final int home) {
        Participant[] candidates = all;
        for (int i = 1; i < PROBES; i++) {
            final Participant p = candidates[(home + i) & (candidates.length - 1)];
            if (p.tryEnter(global.get())) {
                return p;
            }
        }
        while (true) {
            for (final Participant p : candidates) {
                if (p.tryEnter(global.get())) {
                    return p;
                }
            }
            candidates = addParticipants(candidates.length);
        }
    }

    private synchronized Participant[] addParticipants(final int lengthSeen) {
        final Participant[] all = participants;
        if (all.length > lengthSeen) {
            return all;
        }
        final Participant[] more = Arrays.copyOf(all, all.length * 2);
        for (int i = all.length; i < more.length; i++) {
            more[i] = new Participant(scratchFactory.get());
        }
        participants = more;
        return more;
    }

    /**
     * Ends an operation.
     *
     * @param participant what {@link #enter} returned
     */
    public void exit(final Participant participant) {
        participant.leave();
    }

    /**
     * Hands over a thing that was just unlinked.
     *
     * @param participant the caller's
     * @param code comes back through {@link Reclaimer#reclaim} when nobody can hold the thing any more
     */
    public void retire(final Participant participant, final long code) {
        participant.add(code, global.get());
    }

    /**
     * Takes back what the caller's participant has retired, when enough has gathered. Called by writers at a point where they
     * hold no lock.
     *
     * @param participant the caller's
     */
    public void drainWhenDue(final Participant participant) {
        if (participant.isDrainDue() && participant.waiting() != 0) {
            participant.drain(advance(), reclaimer);
        }
    }

    /**
     * Takes back whatever can be, of all participants that are idle and of the caller's; for when space is short.
     *
     * @param own the caller's
     */
    public void drainAll(final Participant own) {
        own.drain(advance(), reclaimer);
        for (final Participant p : participants) {
            if (p.waiting() != 0 && p.tryEnter(global.get())) {
                try {
                    p.drain(advance(), reclaimer);
                } finally {
                    p.leave();
                }
            }
        }
    }

    /** Begins a new epoch; returns the oldest one in which a running operation may have begun. */
    private long advance() {
        final long now = global.incrementAndGet();
        beganNanos[(int) (now & (TIMES - 1))] = System.nanoTime();
        return oldestAnnounced();
    }

    private long oldestAnnounced() {
        long oldest = global.get();
        for (final Participant p : participants) {
            final long announced = p.announced;
            if (announced != 0 && announced < oldest) {
                oldest = announced;
            }
        }
        return oldest;
    }

    /**
     * Number of retired things that wait for operations to end.
     *
     * @return a racy figure
     */
    public long waiting() {
        long sum = 0;
        for (final Participant p : participants) {
            sum += p.waiting();
        }
        return sum;
    }

    /**
     * Number of changes that operations noted.
     *
     * @return a racy figure that never falls; unchanged when nothing was changed
     */
    public long mutations() {
        long sum = 0;
        for (final Participant p : participants) {
            sum += p.mutations();
        }
        return sum;
    }

    /**
     * Age of the oldest running operation, as far as the epochs tell: a lower bound.
     *
     * @return nanoseconds
     */
    public long oldestOperationNanos() {
        final long oldest = advance();
        final long began = oldest + 1;
        return began > global.get() ? 0 : System.nanoTime() - beganNanos[(int) (began & (TIMES - 1))];
    }

    /**
     * Whether the thread is inside user code that one of this store's operations called.
     *
     * @param thread the thread
     * @return true when it is
     */
    public boolean isInScope(final Thread thread) {
        for (final Participant p : participants) {
            if (p.isScopeOf(thread)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether no operation is running.
     *
     * @return true when all participants are idle
     */
    public boolean isQuiet() {
        for (final Participant p : participants) {
            if (p.announced != 0) {
                return false;
            }
        }
        return true;
    }
}
