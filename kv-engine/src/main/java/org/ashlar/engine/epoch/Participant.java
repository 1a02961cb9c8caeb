package org.ashlar.engine.epoch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
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
 * One running operation, and what it may use without sharing: the engine's scratch space, and a retire list. Held from
 * {@link Epochs#enter} to {@link Epochs#exit}. Some belong to one platform thread as long as it lives, the others to whoever comes.
 */
public final class Participant extends ParticipantTrailingPad {
    private static final VarHandle ANNOUNCED;
    private static final VarHandle LIST_LOCK;
    private static final int INITIAL_RETIRED = 512;
    private static final int LIST_SPINS = 100;
    private static final long LIST_PARK_NANOS = 10_000;

    static {
        try {
            ANNOUNCED = MethodHandles.lookup().findVarHandle(ParticipantAnnouncement.class, "announced", long.class);
            LIST_LOCK = MethodHandles.lookup().findVarHandle(Participant.class, "listLock", int.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Object scratch;
    private @Nullable Thread scopeOwner;
    private @Nullable Thread owner;
    private long ownerId;

    /** 1 while somebody is at the retire list: the owner of the operation, or whoever needs space. */
    @SuppressWarnings("unused") // through LIST_LOCK
    private volatile int listLock;

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

    // ------------------------------------------------------------------------------------------------- announcing

    /** Whether the thread of this id has this participant for itself; exact when asked by that thread. */
    boolean isOwnedBy(final long threadId) {
        return ownerId == threadId;
    }

    /** Whether an owner may be set: there is none, or it has ended. Under the lock of the epochs. */
    boolean isVacant() {
        final Thread last = owner;
        return last == null || (!last.isAlive() && announced == 0);
    }

    /** Under the lock of the epochs. */
    void setOwner(final Thread thread) {
        owner = thread;
        ownerId = thread.getId();
    }

    boolean isIdle() {
        return announced == 0;
    }

    /** The owner announces itself; somebody else's process-wide barrier orders this before what the owner loads next. */
    void announceWithoutFence(final long epoch) {
        ANNOUNCED.setOpaque(this, epoch);
        // No instruction; but the compiler moves no load above it.
        VarHandle.acquireFence();
    }

    /** The owner announces itself. */
    void announceWithFence(final long epoch) {
        announced = epoch;
    }

    /** Anybody announces itself on a shared participant; the compare-and-set is a full fence. */
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

    // ------------------------------------------------------------------------------------------------ retire list

    void add(final long code, final long epoch) {
        lockList();
        try {
            if (tail - head == retired.length) {
                growRing();
            }
            final int mask = retired.length - 1;
            retired[(int) (tail & mask)] = code;
            retired[(int) ((tail + 1) & mask)] = epoch;
            tail += 2;
        } finally {
            unlockList();
        }
    }

    /** Whether enough has gathered since the last drain to make another one worthwhile. */
    boolean isDrainDue() {
        return tail >= drainAt;
    }

    /** Takes back all that was retired before an epoch; {@code caller} is the participant of the thread that does it. */
    void drain(final long safeBefore, final Reclaimer reclaimer, final Participant caller) {
        for (long code = takeRetired(safeBefore); code != 0; code = takeRetired(safeBefore)) {
            reclaimer.reclaim(caller, code);
        }
        drainAt = tail + 2 * Epochs.DRAIN_INTERVAL;
    }

    /** The oldest retired thing, if it was retired before an epoch; else 0, which is no code. */
    private long takeRetired(final long safeBefore) {
        lockList();
        try {
            if (head == tail) {
                return 0;
            }
            final int mask = retired.length - 1;
            if (retired[(int) ((head + 1) & mask)] >= safeBefore) {
                return 0;
            }
            final long code = retired[(int) (head & mask)];
            head += 2;
            return code;
        } finally {
            unlockList();
        }
    }

    private void lockList() {
        for (int spins = 0; !LIST_LOCK.compareAndSet(this, 0, 1); spins++) {
            if (spins < LIST_SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(LIST_PARK_NANOS);
            }
        }
    }

    private void unlockList() {
        LIST_LOCK.setRelease(this, 0);
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
