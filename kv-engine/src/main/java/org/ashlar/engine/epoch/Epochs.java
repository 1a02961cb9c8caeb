package org.ashlar.engine.epoch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ashlar.pmem.ProcessBarrier;
import org.ashlar.pmem.RecordedLock;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of one open store.
 *
 * <p><b>Assumptions.</b> Whoever holds a participant uses it from one thread at a time; a thing is retired after its
 * unlinking is visible (and durable, where that matters) and at most once.
 *
 * <p><b>Guarantees.</b> A retired thing is handed to the {@link Reclaimer} only when every operation that was running at the
 * time of {@link #retire} has ended. An operation announces the epoch that it read before it looks at anything; between the two
 * there is a full fence. Either the reclaiming side's scan sees the announcement, or the operation sees the unlinking. A stale epoch
 * in an announcement only delays reuse.
 *
 * <p><b>Where the fence is.</b> A platform thread gets a participant of its own at its first operation and announces itself there with a
 * plain store; the reclaiming side issues a {@link ProcessBarrier}, which is a full fence in every thread. So a get executes no fence and
 * no atomic instruction, and the processor overlaps one get's cache misses with the next one's. Virtual threads, and all threads where the
 * barrier is not available, claim a participant for each operation, with an atomic instruction. Retiring in a participant of one's own has
 * no fence either: the epoch of what was retired is read when the thread looks at its list (see {@link #stamp}).
 *
 * <p><b>How often.</b> A barrier interrupts the other processors that run this process, which takes some virtual machines fifty
 * microseconds. So a thread lets {@value #EPOCH_INTERVAL} things gather before it issues one, and issues none where another thread has
 * issued one since the oldest of them was stamped; sooner, where it would take fresh space otherwise ({@link #drainOwn}). What has become
 * safe it takes back a few at a time, so that no write waits for all of it.
 *
 * <p><b>Progress.</b> Entering waits for nobody, but for the making of more participants. The participant of a thread that has ended goes
 * to the next one. An operation that never ends stops reuse, nothing else.
 *
 * <p>After "Practical lock-freedom", K. Fraser, 2004; the asymmetric fence is that of liburcu's {@code membarrier} flavour.
 */
public final class Epochs {
    /** Retired things that may wait in a participant before it begins an epoch for them. */
    static final int EPOCH_INTERVAL = 2048;

    /** Retired bytes that may wait in a participant before it begins an epoch for them. */
    static final long EPOCH_BYTES = 512 << 10;

    private static final int INITIAL_PARTICIPANTS = 16;
    private static final int PROBES = 4;
    private static final int TIMES = 1024;
    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtualHandle();

    private static final AtomicLongFieldUpdater<Epochs> EPOCH =
            AtomicLongFieldUpdater.newUpdater(Epochs.class, "global");
    private static final AtomicLongFieldUpdater<Epochs> SETTLED =
            AtomicLongFieldUpdater.newUpdater(Epochs.class, "settled");

    /** In this object, rather than one of its own: one load less in every operation. */
    private volatile long global = 1;

    /**
     * The newest epoch whose barrier has ended. Whoever announced itself before that is seen by who reads this; whoever does so later sees what was unlinked
     * in older epochs.
     */
    private volatile long settled = 1;

    private final Supplier<Object> scratchFactory;
    private final long[] beganNanos = new long[TIMES];
    private final boolean withoutFence;
    private final RecordedLock stealing = new RecordedLock();

    /** Each belongs to one platform thread, or is vacant; null in places that no thread has had yet. */
    private volatile @Nullable Participant[] owned;

    /** Those of the table: where each is there depends on the number of its thread, and a run that is repeated has others. */
    private final List<Participant> oldestFirst = new CopyOnWriteArrayList<>();

    /** Claimed for one operation at a time. */
    private volatile Participant[] shared;

    private volatile @Nullable Reclaimer reclaimer;
    private volatile @Nullable Supplier<RuntimeException> closed;

    /**
     * Makes the epochs of a store.
     *
     * @param scratchFactory makes what each participant carries; called from any thread
     */
    public Epochs(final Supplier<Object> scratchFactory) {
        this(scratchFactory, ProcessBarrier.isAvailable());
    }

    Epochs(final Supplier<Object> scratchFactory, final boolean withoutFence) {
        this.scratchFactory = scratchFactory;
        this.withoutFence = withoutFence;
        owned = new @Nullable Participant[INITIAL_PARTICIPANTS];
        shared = more(new Participant[0], INITIAL_PARTICIPANTS);
        Arrays.fill(beganNanos, System.nanoTime());
    }

    private Participant[] more(final Participant[] few, final int count) {
        final Participant[] more = Arrays.copyOf(few, count);
        for (int i = few.length; i < count; i++) {
            more[i] = new Participant(scratchFactory.get());
        }
        return more;
    }

    private static @Nullable MethodHandle isVirtualHandle() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (final ReflectiveOperationException e) {
            return null; // before JDK 21 there are none
        }
    }

    private static boolean isVirtual(final Thread thread) {
        final MethodHandle handle = IS_VIRTUAL;
        try {
            return handle != null && (boolean) handle.invokeExact(thread);
        } catch (final RuntimeException | Error e) {
            throw e;
        } catch (final Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Sets who takes back what was retired. Once, before the first operation.
     *
     * @param value the reclaimer
     */
    public void setReclaimer(final Reclaimer value) {
        reclaimer = value;
    }

    // -------------------------------------------------------------------------------------------------- operations

    /**
     * Begins an operation.
     *
     * @return the participant, to be given to {@link #exit}
     * @throws RuntimeException the one of {@link #close}
     */
    public Participant enter() {
        final @Nullable Participant[] all = owned;
        final Thread thread = Thread.currentThread();
        final int home = homeOf(thread.getId(), all.length);
        final Participant own = all[home];
        if (own != null && own.isOwnedBy(thread) && own.isIdle()) {
            return enterBy(own);
        }
        return enterElsewhere(all, home, thread);
    }

    private static int homeOf(final long threadId, final int count) {
        return (int) threadId & (count - 1); // threads that were started one after the other do not meet
    }

    /** The first operation of a thread, one inside another, one of a virtual thread, or one whose home is another thread's. */
    private Participant enterElsewhere(final @Nullable Participant[] all, final int home, final Thread thread) {
        for (int i = 0; i < PROBES; i++) {
            final Participant p = all[(home + i) & (all.length - 1)];
            if (p != null && p.isOwnedBy(thread)) {
                return p.isIdle() ? enterBy(p) : enterShared(); // busy: this operation is inside another
            }
        }
        final Participant claimed = withoutFence && !isVirtual(thread) ? claim(thread) : null;
        return claimed == null ? enterShared() : enterBy(claimed);
    }

    /** By the calling thread's own participant, which is idle. */
    Participant enterBy(final Participant own) {
        own.announce(global);
        return closed == null ? own : refused(own);
    }

    /** Closing comes first, then the look at who is in; entering comes first, then the look at whether it is closed: so one sees the other. */
    private Participant refused(final Participant participant) {
        final Supplier<RuntimeException> reason = closed;
        if (reason != null) {
            exit(participant);
            throw reason.get();
        }
        return participant;
    }

    /**
     * Lets no further operation begin.
     *
     * @param reason makes what those that come are refused with
     */
    public void close(final Supplier<RuntimeException> reason) {
        closed = reason;
    }

    /**
     * Whether operations may begin.
     *
     * @return false after {@link #close}
     */
    public boolean isOpen() {
        return closed == null;
    }

    /**
     * A participant for a thread, in one of the few places where it looks for its own. When none of them can be had, the table grows,
     * if it is at least half full; if not, the thread goes without, and pays for a fence: a table that grew with every collision would
     * grow without bound.
     */
    private synchronized @Nullable Participant claim(final Thread thread) {
        while (true) {
            final @Nullable Participant[] all = owned;
            final int home = homeOf(thread.getId(), all.length);
            for (int i = 0; i < PROBES; i++) {
                final int place = (home + i) & (all.length - 1);
                Participant p = all[place];
                if (p == null) {
                    p = new Participant(scratchFactory.get());
                    p.setOwner(thread);
                    oldestFirst.add(p);
                    all[place] = p; // seen by who comes by to reclaim, after its barrier
                    return p;
                }
                if (p.isVacant()) {
                    p.setOwner(thread);
                    return p;
                }
            }
            if (2 * oldestFirst.size() < all.length) {
                return null;
            }
            // Those that stay behind in a place where their thread does not look are vacated when it ends. An entrance
            // may lead there still: so a thread can have two, one inside the other.
            owned = Arrays.copyOf(all, all.length * 2);
        }
    }

    /** For tests: participants that belong to one thread each, or did. */
    int ownedCount() {
        return oldestFirst.size();
    }

    /** For tests: participants that are claimed for one operation at a time. */
    int sharedCount() {
        return shared.length;
    }

    private Participant enterShared() {
        while (true) {
            final Participant[] all = shared;
            final int home = homeOf(Thread.currentThread().getId(), all.length);
            for (int i = 0; i < all.length; i++) {
                final Participant p = all[(home + i) & (all.length - 1)];
                if (p.tryEnter(global)) {
                    return refused(p);
                }
            }
            synchronized (this) {
                if (shared == all) {
                    shared = more(all, all.length * 2);
                }
            }
        }
    }

    /**
     * Ends an operation.
     *
     * @param participant what {@link #enter} returned
     */
    public static void exit(final Participant participant) {
        participant.leave();
    }

    // -------------------------------------------------------------------------------------------------- reclamation

    /**
     * Hands over a thing that was just unlinked.
     *
     * @param participant the caller's
     * @param code not 0; comes back through {@link Reclaimer#reclaim} when nobody can hold the thing any more
     */
    public void retire(final Participant participant, final long code) {
        participant.add(code);
        if (!participant.isOwned()) {
            stamp(participant.retired()); // others drain it at any time
        }
    }

    /**
     * The unlinking must be visible before the epoch is read: else a reader of the next epoch could still find the thing. Any later epoch
     * is as good, so what a thread retires in a participant of its own is stamped when it drains, under one fence for all: a fence for
     * each would wait for the stores just made, and the line that was just written back may have left the cache.
     */
    private void stamp(final RetireList retired) {
        VarHandle.fullFence();
        retired.stamp(global);
    }

    /**
     * Takes back some of what the caller's participant has retired, where there is something, so that no write does much of it. Called by
     * writers after each write, at a point where they hold no lock.
     *
     * @param participant the caller's
     */
    public void drainWhenDue(final Participant participant) {
        final RetireList retired = participant.retired();
        if (retired.isDue() && retired.waiting() != 0 && !participant.isLent()) {
            final boolean hasBegun = (retired.isDrainRequested() || !retired.hasSafe()) && look(retired);
            retired.takeSome(hasBegun, reclaimer(), participant);
        }
        retired.endWrite();
    }

    /** Finds out what of a retire list is safe, and begins an epoch if it is time; whether it did: then the next look may find all of it safe. */
    private boolean look(final RetireList retired) {
        stamp(retired);
        final boolean isTime =
                retired.isDrainRequested() || (retired.isFull() && retired.oldestStamp() >= settled); // else it is held
        if (isTime) {
            beginEpoch();
        }
        retired.setSafeBefore(oldestAnnounced(settled, null));
        return isTime;
    }

    /**
     * Takes back what the caller's participant has retired and no <em>other</em> operation can hold; for an allocation that would
     * take fresh space otherwise. The caller's own operation must not use any more what it retired itself.
     *
     * @param own the caller's
     */
    public void drainOwn(final Participant own) {
        final RetireList retired = own.retired();
        if (retired.waiting() != 0 && !own.isLent()) {
            stamp(retired);
            retired.takeAll(oldestAnnounced(beginEpoch(), own), reclaimer(), own);
        }
    }

    /**
     * Takes back whatever can be, of all participants, and what they hold in reserve; for when space is short.
     *
     * @param caller the caller's participant
     * @return whether it came to all of them: one that is in an operation keeps what it has, also where that changes nothing
     */
    public boolean drainAll(final Participant caller) {
        boolean wereAllIdle = true;
        stealing.lock();
        try {
            final List<Participant> all = List.copyOf(oldestFirst);
            final long safeBefore;
            try {
                for (final Participant p : all) {
                    if (p != caller) {
                        p.lend();
                    }
                }
                VarHandle.fullFence(); // before the caller's own are stamped
                fenceEverywhere(); // an owner that begins from here on sees that its list is lent
                for (final Participant p : all) {
                    if (p == caller || p.isIdle()) {
                        p.retired().stamp(global); // what it unlinked was visible before it was idle
                    }
                }
                safeBefore = oldestAnnounced(beginEpoch(), null);
                for (final Participant p : all) {
                    if (p == caller || p.isIdle()) {
                        reclaimer().giveBackReserved(p);
                        p.retired().takeAll(safeBefore, reclaimer(), caller);
                    } else {
                        p.retired().requestDrain();
                        wereAllIdle = false;
                    }
                }
            } finally {
                for (final Participant p : all) {
                    p.giveBack(); // whatever comes between: a fault of an earlier load may show anywhere
                }
            }
            for (final Participant p : shared) {
                if (p == caller) {
                    reclaimer().giveBackReserved(p);
                    p.retired().takeAll(safeBefore, reclaimer(), caller);
                } else if (p.tryEnter(global)) {
                    try {
                        reclaimer().giveBackReserved(p);
                        p.retired().takeAll(safeBefore, reclaimer(), caller);
                    } finally {
                        p.leave();
                    }
                } else {
                    p.retired().requestDrain();
                    wereAllIdle = false;
                }
            }
        } finally {
            stealing.unlock();
        }
        return wereAllIdle;
    }

    private Reclaimer reclaimer() {
        final Reclaimer r = reclaimer;
        if (r == null) {
            throw new IllegalStateException("nobody takes back what is retired");
        }
        return r;
    }

    /** Begins a new epoch, which is settled when this returns. */
    private long beginEpoch() {
        final long now = EPOCH.incrementAndGet(this);
        beganNanos[(int) (now & (TIMES - 1))] = System.nanoTime();
        fenceEverywhere();
        SETTLED.accumulateAndGet(this, now, Math::max);
        return now;
    }

    /** For tests: epochs that began so far. */
    long epochs() {
        return global - 1;
    }

    /**
     * Marks an instant: what was unlinked before it is seen by every operation that begins after it.
     *
     * @return for {@link #hasPassed}
     */
    public long mark() {
        return beginEpoch();
    }

    /**
     * Whether every operation that was running at a mark has ended, but the caller's own.
     *
     * @param mark what {@link #mark} returned
     * @param own the caller's participant
     * @return true when they have
     */
    public boolean hasPassed(final long mark, final Participant own) {
        return oldestAnnounced(mark, own) >= mark;
    }

    /** After this, what others announced before is seen, and what this thread unlinked before is seen by who announces later. */
    private void fenceEverywhere() {
        if (withoutFence) {
            ProcessBarrier.issue();
        }
    }

    /** The oldest epoch in which a running operation may have begun; no later than the given one, which is settled. */
    private long oldestAnnounced(final long newest, final @Nullable Participant except) {
        return oldestAnnounced(shared, oldestAnnounced(owned, newest, except), except);
    }

    private static long oldestAnnounced(
            final @Nullable Participant[] all, final long newest, final @Nullable Participant except) {
        long oldest = newest;
        for (final Participant p : all) {
            final long announced = p == null ? 0 : p.announced;
            if (announced != 0 && announced < oldest && p != except) {
                oldest = announced;
            }
        }
        return oldest;
    }

    // ------------------------------------------------------------------------------------------------------ figures

    /**
     * Number of retired things that wait for operations to end.
     *
     * @return a racy figure
     */
    public long waiting() {
        long sum = 0;
        for (final Participant p : oldestFirst) {
            sum += p.waiting();
        }
        for (final Participant p : shared) {
            sum += p.waiting();
        }
        return sum;
    }

    /**
     * Visits what each participant carries, for figures: others use it meanwhile.
     *
     * @param visitor sees what the factory made
     */
    public void forEachScratch(final Consumer<Object> visitor) {
        oldestFirst.forEach(p -> visitor.accept(p.scratch()));
        for (final Participant p : shared) {
            visitor.accept(p.scratch());
        }
    }

    /**
     * Number of changes that operations noted.
     *
     * @return a racy figure that never falls; unchanged when nothing was changed
     */
    public long mutations() {
        long sum = 0;
        for (final Participant p : oldestFirst) {
            sum += p.mutations();
        }
        for (final Participant p : shared) {
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
        final long now = beginEpoch();
        final long oldest = oldestAnnounced(now, null);
        return oldest == now ? 0 : System.nanoTime() - beganNanos[(int) ((oldest + 1) & (TIMES - 1))];
    }

    /**
     * Whether the thread is inside user code that one of this store's operations called.
     *
     * @param thread the thread
     * @return true when it is
     */
    public boolean isInScope(final Thread thread) {
        for (final Participant p : oldestFirst) {
            if (p.isScopeOf(thread)) {
                return true;
            }
        }
        for (final Participant p : shared) {
            if (p.isScopeOf(thread)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether no operation is running. What was set before this call is seen by every operation that begins after it.
     *
     * @return true when all participants are idle
     */
    public boolean isQuiet() {
        return isQuietBut(null);
    }

    /**
     * Whether no other operation than the caller's is running.
     *
     * @param own the caller's, or null
     * @return true when all other participants are idle
     */
    public boolean isQuietBut(final @Nullable Participant own) {
        fenceEverywhere();
        return areIdleBut(owned, own) && areIdleBut(shared, own);
    }

    private static boolean areIdleBut(final @Nullable Participant[] all, final @Nullable Participant own) {
        for (final Participant p : all) {
            if (p != null && !p.isIdle() && p != own) {
                return false;
            }
        }
        return true;
    }
}
