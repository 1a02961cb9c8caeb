package org.ashlar.engine.epoch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Padding before the announcement, so that no other participant's announcement shares its cache lines. */
@SuppressWarnings("unused")
abstract class ParticipantLeadingPad {
    private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
}

/** The announcement itself. */
abstract class ParticipantAnnouncement extends ParticipantLeadingPad {
    /** Epoch in which the running operation began; 0 when the participant is idle. */
    volatile long announced;
}

/** Padding behind the announcement. */
@SuppressWarnings("unused")
abstract class ParticipantTrailingPad extends ParticipantAnnouncement {
    private long q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15;
}

/**
 * One running operation, and what it may use without sharing: its retire list and the engine's scratch space. Claimed by
 * {@link Epochs#enter}, owned by the claiming thread until {@link Epochs#exit}, then claimed by somebody else.
 */
public final class Participant extends ParticipantTrailingPad {
    private static final VarHandle ANNOUNCED;
    private static final int INITIAL_RETIRED = 512;

    static {
        try {
            ANNOUNCED = MethodHandles.lookup().findVarHandle(ParticipantAnnouncement.class, "announced", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object scratch;
    private @Nullable Thread scopeOwner;

    /** Ring of pairs (code, epoch); a power of two of longs. */
    private long[] retired = new long[0];

    private long head;
    private long tail;
    private long drainAt;
    private long mutations;

    Participant(final Object scratch) {
        this.scratch = scratch;
    }

    /**
     * What the engine keeps with this participant.
     *
     * @return the object that the factory made
     */
    public Object scratch() {
        return scratch;
    }

    boolean tryEnter(final long epoch) {
        return announced == 0 && ANNOUNCED.compareAndSet(this, 0L, epoch);
    }

    void leave() {
        ANNOUNCED.setRelease(this, 0L);
    }

    /**
     * Notes that user code runs inside the operation, so that closing from within can be refused.
     *
     * @param owner the thread, or null when the user code has ended
     */
    public void setScopeOwner(final @Nullable Thread owner) {
        scopeOwner = owner;
    }

    boolean isScopeOf(final Thread thread) {
        return announced != 0 && scopeOwner == thread;
    }

    /** Notes that the operation changes something. */
    public void noteMutation() {
        mutations++;
    }

    /** Changes so far; racy when read by others than the owner. */
    long mutations() {
        return mutations;
    }

    /** Number of retired things that wait here. Racy when read by others than the owner; good for figures. */
    long waiting() {
        return (tail - head) >>> 1;
    }

    void add(final long code, final long epoch) {
        if (tail - head == retired.length) {
            growRing();
        }
        final int mask = retired.length - 1;
        retired[(int) (tail & mask)] = code;
        retired[(int) ((tail + 1) & mask)] = epoch;
        tail += 2;
    }

    /** Whether enough has gathered since the last drain to make another one worthwhile. */
    boolean isDrainDue() {
        return tail >= drainAt;
    }

    void drain(final long safeBefore, final Reclaimer reclaimer) {
        while (head != tail) {
            final int mask = retired.length - 1;
            if (retired[(int) ((head + 1) & mask)] >= safeBefore) {
                break;
            }
            final long code = retired[(int) (head & mask)];
            head += 2; // first: reclaiming may retire more
            reclaimer.reclaim(this, code);
        }
        drainAt = tail + 2 * Epochs.DRAIN_INTERVAL;
    }

    private void growRing() {
        if (retired.length == 0) {
            retired = new long[INITIAL_RETIRED];
            return;
        }
        final int length = retired.length;
        final long[] larger = Arrays.copyOf(retired, length * 2);
        // Positions are absolute; those whose place changes with the larger mask move.
        for (long p = head; p != tail; p++) {
            larger[(int) (p & (larger.length - 1))] = retired[(int) (p & (length - 1))];
        }
        retired = larger;
    }
}
