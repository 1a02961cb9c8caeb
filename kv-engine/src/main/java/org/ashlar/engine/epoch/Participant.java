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
    private static final int INITIAL_RETIRED = 512;
    private static final int BATCH = 16;

    /** Longs of the list between two looks at what is known to be safe: half of what one takes back. */
    private static final int TAKING_LONGS = BATCH;

    /** Longs of the list between two looks at whether something is safe, or is to become so. */
    private static final int WAITING_LONGS = Epochs.EPOCH_INTERVAL / 4 * 2;

    /** Of so many things that wait one is taken back at each look, if that is more than a batch. */
    private static final int TAKEN_PART = Epochs.EPOCH_INTERVAL / BATCH;

    /** Later than any epoch. */
    private static final long UNSTAMPED = Long.MAX_VALUE;

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

    private final long[] batch = new long[BATCH];

    /** Where loads for their effect on the cache go, so that the compiler keeps them. */
    private long touchedSum;

    /** Ring of pairs (code, epoch); a power of two of longs. */
    private long[] retired = new long[0];

    private long head;
    private long tail;

    /** Position of the first pair that has no epoch yet. */
    private long stampedTo;

    /** What was retired in an older epoch nobody holds. */
    private long safeBefore;

    /** The end of the list from which on there is another look at it. */
    private long lookAt;

    /** The end of the list after the last write, and when all of it that was safe had been taken back at once. */
    private long writtenTo;

    private long drainedTo;
    private int drainsRequested;
    private long retiredBytes;
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
        return (tail - head) >>> 1;
    }

    // ------------------------------------------------------------------------------------------------ retire list

    /** Adds a thing, which has no epoch before {@link #stamp}. */
    void add(final long code) {
        if (lent) {
            awaitReturn();
        }
        if (tail - head == retired.length) {
            growRing();
        }
        final int mask = retired.length - 1;
        retired[(int) (tail & mask)] = code;
        retired[(int) ((tail + 1) & mask)] = UNSTAMPED;
        tail += 2;
    }

    /**
     * Gives an epoch to what has none.
     *
     * @param epoch one that was read after the unlinking of all of it became visible
     */
    void stamp(final long epoch) {
        final int mask = retired.length - 1;
        for (; stampedTo != tail; stampedTo += 2) {
            retired[(int) ((stampedTo + 1) & mask)] = epoch;
        }
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
        retiredBytes += bytes;
    }

    /** Somebody needs space: the owner takes back what it can at the end of its operation. A request may be lost. */
    void requestDrain() {
        drainsRequested = 2; // the first one stamps what the second one takes back
    }

    /** Whether there is something to do at the list. */
    boolean isDrainDue() {
        return tail >= lookAt || drainsRequested > 0 || retiredBytes >= Epochs.EPOCH_BYTES;
    }

    /** Whether so much waits that an epoch should begin for it, if none has. */
    boolean isFull() {
        return tail - head >= 2 * Epochs.EPOCH_INTERVAL || retiredBytes >= Epochs.EPOCH_BYTES;
    }

    /** Epoch of what has waited longest. There is something that waits. */
    long oldestStamp() {
        return retired[(int) ((head + 1) & (retired.length - 1))];
    }

    /** Whether what has waited longest is known to be held by nobody. There is something that waits. */
    boolean hasSafe() {
        return oldestStamp() < safeBefore;
    }

    /**
     * Says which of what waits nobody holds, after a look at all of it: what is retired from here on is for the next one.
     *
     * @param epoch what was retired before it
     */
    void setSafeBefore(final long epoch) {
        safeBefore = epoch;
        retiredBytes = 0;
    }

    /** Whether somebody needs space. */
    boolean isDrainRequested() {
        return drainsRequested > 0;
    }

    /**
     * Takes back some of what is {@linkplain #hasSafe safe}: a batch, or twice as much as the write has retired, or a part of a list that has become
     * long while an operation held it; all, where somebody needs space. By the owner of the operation.
     *
     * @param hasBegun whether an epoch has just begun: then all that waits is safe for the next operation, if nobody else is in
     * @throws RuntimeException or {@link InternalError} of the first thing that could not be taken back, after the others were
     */
    void drainSome(final Reclaimer reclaimer, final boolean hasBegun) {
        final long some = Math.max(BATCH, Math.max(tail - writtenTo, waiting() / TAKEN_PART));
        final long most = drainsRequested > 0 ? Long.MAX_VALUE : some;
        drainsRequested = Math.max(0, drainsRequested - 1);
        try {
            drain(safeBefore, most, reclaimer, this);
        } finally {
            lookAt = hasBegun ? tail : nextLook();
        }
    }

    /** Notes the end of a write: what it has retired no later one pays for. */
    void endWrite() {
        writtenTo = tail;
    }

    /**
     * Whether so much has been retired since {@link Epochs#drainOwn} came by last that it is worth an epoch to a caller who needs no more than
     * a page.
     *
     * @return true where it is a quarter of what may wait
     */
    public boolean isMuch() {
        return tail - Math.max(head, drainedTo) >= WAITING_LONGS || retiredBytes >= Epochs.EPOCH_BYTES / 4;
    }

    private long nextLook() {
        if (head != tail && hasSafe()) {
            return tail + TAKING_LONGS;
        }
        final long full = head + 2 * Epochs.EPOCH_INTERVAL;
        final long soon = tail + WAITING_LONGS;
        return full > tail ? Math.min(full, soon) : soon;
    }

    /**
     * Takes back all that was retired before an epoch. By the owner of the operation, or by who {@link #lend lent} the list.
     *
     * @param caller the participant of the thread that does it
     * @throws RuntimeException or {@link InternalError} of the first thing that could not be taken back, after all others were
     */
    void drain(final long epoch, final Reclaimer reclaimer, final Participant caller) {
        try {
            drain(epoch, Long.MAX_VALUE, reclaimer, caller);
        } finally {
            retiredBytes = 0;
            drainedTo = tail;
            lookAt = nextLook();
        }
    }

    /** Takes back what was retired before an epoch; not much more than so many things. */
    private void drain(final long epoch, final long most, final Reclaimer reclaimer, final Participant caller) {
        if (lent && caller == this) {
            return; // somebody else is at it
        }
        Throwable first = null;
        long left = most;
        for (int count = takeRetired(epoch); count > 0; count = left > 0 ? takeRetired(epoch) : 0) {
            left -= count;
            long touched = 0;
            for (int i = 0; i < count; i++) {
                touched += reclaimer.touch(batch[i]); // the cache misses of a batch overlap
            }
            touchedSum += touched;
            for (int i = 0; i < count; i++) {
                try {
                    reclaimer.reclaim(caller, batch[i]);
                } catch (final RuntimeException | InternalError e) {
                    first = first == null ? e : first;
                }
            }
        }
        if (first instanceof InternalError fault) {
            throw fault;
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
    }

    /** Moves the oldest things that were retired before an epoch to the batch; returns how many. */
    private int takeRetired(final long epoch) {
        int count = 0;
        while (count < batch.length && head != tail) {
            final int mask = retired.length - 1;
            if (retired[(int) ((head + 1) & mask)] >= epoch) {
                break;
            }
            batch[count++] = retired[(int) (head & mask)];
            head += 2;
        }
        return count;
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
