package org.ashlar.engine.epoch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
    private static final long LENT_PARK_NANOS = 10_000;
    private static final Participant NOBODYS;

    static {
        try {
            ANNOUNCED = MethodHandles.lookup().findVarHandle(ParticipantAnnouncement.class, "announced", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
        NOBODYS = new Participant(new Object());
    }

    private final Object scratch;
    private @Nullable Thread scopeOwner;
    private boolean inScope;

    private @Nullable Thread owner;

    /** While somebody who needs space is at the retire list of an owner that was idle. */
    private volatile boolean lent;

    private final RetireList retired = new RetireList();

    /** Where loads for their effect on the cache go, so that the compiler keeps them. */
    private long touchedSum;

    private long mutations;
    private int elsewhere;

    Participant(final Object scratch) {
        this.scratch = scratch;
    }

    /** One that no thread ever has. */
    static Participant nobodys() {
        return NOBODYS;
    }

    /** Counts an operation of an owner that an {@link Entrance} did not expect; the first is 0. */
    int countElsewhere() {
        return elsewhere++ & Integer.MAX_VALUE;
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

    /** Whether a thread has this participant for itself; exact when asked by that thread. */
    boolean isOwnedBy(final Thread thread) {
        return owner == thread;
    }

    /** Whether an owner may be set: there is none, or it has ended. Under the lock of the epochs. */
    boolean isVacant() {
        final Thread last = owner;
        return last == null || (!last.isAlive() && announced == 0);
    }

    /** Under the lock of the epochs. */
    void setOwner(final Thread thread) {
        owner = thread;
    }

    boolean isIdle() {
        return announced == 0;
    }

    /** The owner announces itself; somebody else's process-wide barrier orders this before what the owner loads next. */
    void announce(final long epoch) {
        ANNOUNCED.setOpaque(this, epoch);
        // No instruction on x86; but the compiler moves no load above it.
        VarHandle.acquireFence();
    }

    /**
     * Anybody announces itself on a shared participant. A full fence on x86; elsewhere a plain load behind it could still be made before it is
     * seen, were it not for the volatile load of whether the epochs are closed, which stands between.
     */
    boolean tryEnter(final long epoch) {
        return announced == 0 && ANNOUNCED.compareAndSet(this, 0L, epoch);
    }

    void leave() {
        ANNOUNCED.setRelease(this, 0L);
    }

    /**
     * Whether this belongs to one thread, rather than to whoever comes. Asked by who holds it.
     *
     * @return true when it does
     */
    public boolean isOwned() {
        return owner != null;
    }

    /**
     * Notes that user code of the calling thread runs inside the operation, so that closing from within can be refused. A thread's name is
     * stored only where another one's is: some collectors answer the store of a reference into an old object with a full fence, which
     * would keep the processor from overlapping one read's cache misses with the next one's.
     */
    public void enterScope() {
        final Thread thread = Thread.currentThread();
        if (scopeOwner != thread) {
            scopeOwner = thread;
        }
        inScope = true;
    }

    /** Notes that the user code has ended; of no effect where none began. */
    public void leaveScope() {
        inScope = false;
        if (!isOwned()) {
            scopeOwner = null;
        }
    }

    /**
     * Whether the calling thread is in user code inside this operation. Needs no memory order: a thread that finds its own name has stored
     * it, and has not taken it away; so the participant is its own, and so is what it reads of the flag.
     */
    boolean isScopeOf(final Thread thread) {
        return announced != 0 && scopeOwner == thread && inScope;
    }

    /** Notes that the operation is about to change something. */
    public void noteMutation() {
        mutations++;
    }

    /** Notes that the operation is about to change something, and waits if what belongs to the participant is lent. */
    public void beginMutation() {
        if (lent) {
            awaitReturn();
        }
        mutations++;
    }

    /** Changes so far; racy when read by others than the owner. */
    long mutations() {
        return mutations;
    }

    /**
     * Number of retired things that wait here. Racy when read by others than the owner; good for figures.
     *
     * @return number
     */
    public long waiting() {
        return retired.waiting();
    }

    // ------------------------------------------------------------------------------------------------ retire list

    /** The list, for whoever holds this participant, or has {@linkplain #lend lent} it. */
    RetireList retired() {
        return retired;
    }

    /** Adds a thing to the list, when it is not lent. */
    void add(final long code) {
        if (lent) {
            awaitReturn();
        }
        retired.add(code);
    }

    /** Whether somebody else is at the list. */
    boolean isLent() {
        return lent;
    }

    /**
     * Notes how much space a retired thing holds, so that a few large ones are taken back as soon as many small ones.
     *
     * @param bytes of it
     */
    public void noteRetiredBytes(final long bytes) {
        retired.noteBytes(bytes);
    }

    /**
     * Whether so much has been retired since {@link Epochs#drainOwn} came by last that it is worth an epoch to a caller who needs no more than
     * a page.
     *
     * @return true where it is a quarter of what may wait
     */
    public boolean isMuch() {
        return retired.isMuch();
    }

    /**
     * Keeps what loads for their effect on the cache have found, so that the compiler keeps them.
     *
     * @param touched anything that depends on what was loaded
     */
    public void keep(final long touched) {
        touchedSum += touched;
    }

    /** What touching has summed up: of no meaning, but it is there to be read, so the loads are made. */
    long touchedSum() {
        return touchedSum;
    }

    /** Keeps an owner that begins an operation from its list; to be followed by a fence in all threads, then by {@link #isIdle}. */
    void lend() {
        lent = true;
    }

    /** Gives the list back to its owner. */
    void giveBack() {
        lent = false;
    }

    private void awaitReturn() {
        while (lent) {
            LockSupport.parkNanos(LENT_PARK_NANOS);
        }
    }
}
