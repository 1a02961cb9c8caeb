package org.ashlar.engine;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.engine.space.Evacuation;
import org.ashlar.engine.space.Space;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;

/**
 * Keeps the space of a store in shape: what writers do for it at the end of their operations, what those do who find the store full, and what
 * a thread in the background does where there may be one.
 */
final class Upkeep {
    private static final int REAPED_LEAVES = 4;
    private static final int EVACUATED_WHEN_SHORT = 32;
    /** Compacting ends when so many rounds, one after the other, have made no chunk free. */
    private static final int MOST_FRUITLESS = 8;

    private static final long ROOM_PARK_NANOS = 50_000;

    private final EngineStore store;
    private final Pool pool;
    private final Epochs epochs;
    private final Space space;
    private final Reaper reaper;
    private final Evacuation evacuation;
    private final BackgroundWork background;
    private final boolean mayWorkInBackground;

    /** Whether the thread in the background has something left that it retired: when it ends, nobody need come by to take it back. */
    private volatile boolean isDrainOwed;

    Upkeep(
            final EngineStore store,
            final Pool pool,
            final Epochs epochs,
            final Space space,
            final Catalog catalog,
            final Reaper reaper,
            final boolean mayWorkInBackground,
            final long mostPaidNanos) {
        this.store = store;
        this.pool = pool;
        this.epochs = epochs;
        this.space = space;
        this.reaper = reaper;
        this.mayWorkInBackground = mayWorkInBackground;
        background = new BackgroundWork("ashlar-background", this::isBackgroundWorkDue, this::workInBackground);
        final RecordMover mover = new RecordMover(catalog);
        evacuation = space.evacuation(mover, mostPaidNanos);
        space.sweep().limit(mostPaidNanos / 2); // a write may do both
        mover.bind(evacuation);
    }

    /** What moves records, for tests to see what it did. */
    Evacuation evacuation() {
        return evacuation;
    }

    // ------------------------------------------------------------------------------------------------ after a write

    /** At the end of a write, with no lock held: takes back what can be, and moves a little of what is sparse. */
    void afterWrite(final Participant participant) {
        evacuation.pay(participant);
        epochs.drainWhenDue(participant);
        if (space.isTrimDue()) {
            workIsDue();
        }
    }

    /** There is something to do that nobody waits for. */
    void workIsDue() {
        if (mayWorkInBackground) {
            background.start();
        }
    }

    private boolean isBackgroundWorkDue() {
        return !reaper.isDone() || isDrainOwed || space.isTrimDue();
    }

    private boolean workInBackground() {
        final boolean reaped = !reaper.isDone() && reap();
        if (reaped) {
            isDrainOwed = true;
        }
        final boolean drained = isDrainOwed && reaper.isDone() && drainOwn();
        return trim() || reaped || drained;
    }

    /** Takes back what this thread has retired; whether that is all gone. */
    private boolean drainOwn() {
        return inOperation(participant -> {
            epochs.drainOwn(participant);
            isDrainOwed = participant.waiting() > 0;
            return !isDrainOwed;
        });
    }

    /** Gives the blocks of a free chunk back to the file system, if there are more than will soon be needed. */
    private boolean trim() {
        return inOperation(participant -> space.isTrimDue() && space.punchOne());
    }

    /** Gives back a little of what dropped and cleared maps held; whether there was something that could be. */
    private boolean reap() {
        return inOperation(participant -> {
            final boolean reaped = reaper.reapSome(participant, REAPED_LEAVES);
            afterWrite(participant);
            return reaped;
        });
    }

    /** Does a piece of the background's work as one operation; what it returned. */
    private boolean inOperation(final Predicate<Participant> work) {
        final Participant participant = store.enterForWriting();
        try {
            return work.test(participant);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            Epochs.exit(participant);
        }
    }

    // ------------------------------------------------------------------------------------------- when space is short

    /** As {@link #makeRoom()}; from the second attempt on, other threads get some time to give back what they hold. */
    void makeRoom(final int attempt) {
        if (attempt > 1) {
            LockSupport.parkNanos(ROOM_PARK_NANOS << attempt);
        }
        final EngineEvents.MakingRoom event = EngineEvents.get().makingRoomBegins();
        makeRoom();
        event.ends(pool.path(), attempt);
    }

    /** Space is short: judges all that earlier opens left, and takes back all that readers do not hold. */
    void makeRoom() {
        try {
            makeRoomOnce();
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        }
    }

    private void makeRoomOnce() {
        judgeAllOnce();
        evacuate(EVACUATED_WHEN_SHORT);
        final Participant participant = store.enterForWriting();
        try {
            space.useScatteredRoom();
        } finally {
            Epochs.exit(participant);
        }
    }

    /** Judges all that earlier opens left, and takes back all that readers do not hold. */
    void judgeAll() {
        try {
            judgeAllOnce();
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        }
    }

    private void judgeAllOnce() {
        // What the sweep finds dead can be taken back only by an operation that begins after it.
        while (reap()) {
            // what dropped maps held comes first
        }
        final Participant participant = store.enterForWriting();
        try {
            space.sweep().sweepAll(participant);
        } finally {
            Epochs.exit(participant);
        }
        drainAll();
    }

    /** What an operation retires is taken back by one that begins after its end. */
    private void drainAll() {
        for (int i = 0; i < 3; i++) {
            final Participant participant = store.enterForWriting();
            try {
                epochs.drainAll(participant);
            } finally {
                Epochs.exit(participant);
            }
        }
    }

    /** Empties so many sparse spans or chunks; false when there was none. */
    private boolean evacuate(final int spans) {
        final int found;
        final Participant participant = store.enterForWriting();
        try {
            found = evacuation.evacuateSome(participant, spans);
        } finally {
            Epochs.exit(participant);
        }
        if (found > 0) {
            drainAll();
        }
        return found > 0;
    }

    /** As {@link org.ashlar.kv.Store#compact}. */
    long compact() {
        try {
            final long before = space.holeBytes();
            judgeAllOnce();
            // Against the most that was ever free: what a round frees, the next may take to move into, for ever.
            int most = space.freeChunks();
            for (int fruitless = 0; fruitless < MOST_FRUITLESS && evacuate(EVACUATED_WHEN_SHORT); ) {
                final int free = space.freeChunks();
                fruitless = free > most ? 0 : fruitless + 1;
                most = Math.max(most, free);
            }
            boolean punched = true;
            for (int left = space.freeChunks(); left > 0 && punched; left--) { // no more: others may free them as fast
                final Participant participant = store.enterForWriting();
                try {
                    punched = space.punchAnyOne();
                } finally {
                    Epochs.exit(participant);
                }
            }
            return Math.max(0, space.holeBytes() - before);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        }
    }
}
