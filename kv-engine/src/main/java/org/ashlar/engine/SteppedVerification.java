package org.ashlar.engine;

import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.engine.space.Pages;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.Verification;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;
import org.jspecify.annotations.Nullable;

/** A verification whose pieces are operations of their own: what earlier opens left is judged, then the maps are walked, then both compared. */
final class SteppedVerification implements Verification {
    /** What judging counts for in the progress. */
    private static final double JUDGING = 0.2;

    private enum Phase {
        STALE,
        JUDGE,
        BEGIN,
        WALK,
        FINISH,
        DONE
    }

    private final EngineStore store;
    private final Pool pool;
    private final Space space;
    private final StoreMaps maps;
    private final Catalog catalog;
    private final Upkeep upkeep;
    private final ReentrantLock verifyLock;
    private final Verifier verifier;
    private Phase phase;
    private long unsweptAtFirst;
    private double progress;
    private EngineEvents.@Nullable Verification event;

    SteppedVerification(
            final EngineStore store,
            final Pool pool,
            final Space space,
            final StoreMaps maps,
            final Catalog catalog,
            final Upkeep upkeep,
            final ReentrantLock verifyLock,
            final Verifier verifier) {
        this.store = store;
        this.pool = pool;
        this.space = space;
        this.maps = maps;
        this.catalog = catalog;
        this.upkeep = upkeep;
        this.verifyLock = verifyLock;
        this.verifier = verifier;
        phase = pool.readOnly() ? Phase.BEGIN : Phase.STALE;
    }

    @Override
    public boolean step(final long maxBytes) {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("a step reads more than 0 bytes, not " + maxBytes);
        }
        store.checkOpen();
        if (phase == Phase.DONE) {
            return false;
        }
        verifyLock.lock(); // what one frees another must not find
        try {
            stepLocked(maxBytes);
        } catch (final InternalError e) {
            throw Errors.mediaError(e);
        } catch (final PoolException e) {
            throw Errors.translate(e);
        } finally {
            verifyLock.unlock();
        }
        progress = Math.max(progress, estimate());
        return phase != Phase.DONE;
    }

    private void stepLocked(final long maxBytes) {
        switch (phase) {
            case STALE -> {
                event = EngineEvents.get().verificationBegins();
                try {
                    maps.change(catalog::removeStale);
                } catch (final CorruptStoreException | MediaErrorException e) {
                    verifier.tell(e);
                }
                unsweptAtFirst = space.sweep().unsweptPages();
                phase = Phase.JUDGE;
            }
            case JUDGE -> judge(maxBytes);
            default -> walk(maxBytes);
        }
    }

    /** What the sweep finds dead can be taken back only by an operation that begins after it. */
    private void judge(final long maxBytes) {
        final long first = space.sweep().unsweptPages();
        final Participant participant = store.enterForWriting();
        try {
            while (space.sweep().unsweptPages() > 0
                    && (first - space.sweep().unsweptPages()) * Pages.BYTES < maxBytes
                    && space.sweep().sweepSome(participant, false)) {
                // a few pages at a time
            }
        } catch (final CorruptStoreException | InternalError e) {
            verifier.tell(Errors.told(e));
        } finally {
            Epochs.exit(participant);
        }
        if (space.sweep().unsweptPages() == 0) {
            phase = Phase.BEGIN;
            try {
                upkeep.judgeAll(); // nothing is left to judge: it takes back what was found dead
            } catch (final CorruptStoreException | MediaErrorException e) {
                verifier.tell(e);
            }
        }
    }

    private void walk(final long maxBytes) {
        final Participant participant = store.enter();
        try {
            if (phase == Phase.BEGIN) {
                verifier.begin(participant);
                phase = Phase.WALK;
            }
            final long before = verifier.bytesRead();
            while (phase == Phase.WALK && verifier.bytesRead() - before < maxBytes) {
                if (!verifier.walk(participant, maxBytes - (verifier.bytesRead() - before))) {
                    phase = Phase.FINISH;
                    return;
                }
            }
            if (phase == Phase.FINISH) {
                verifier.finish();
                phase = Phase.DONE;
                if (event != null) {
                    event.ends(pool.path(), verifier.report());
                }
            }
        } finally {
            Epochs.exit(participant);
        }
    }

    private double estimate() {
        return switch (phase) {
            case STALE -> 0;
            case JUDGE ->
                unsweptAtFirst == 0
                        ? 0
                        : JUDGING * (unsweptAtFirst - space.sweep().unsweptPages()) / unsweptAtFirst;
            case BEGIN -> JUDGING;
            case WALK, FINISH -> JUDGING + (1 - JUDGING) * verifier.progress() * 0.999;
            case DONE -> 1;
        };
    }

    @Override
    public double progress() {
        return progress;
    }

    @Override
    public long bytesRead() {
        return verifier.bytesRead();
    }

    @Override
    public VerifyReport report() {
        final Participant participant = store.enter();
        try {
            return verifier.report();
        } finally {
            Epochs.exit(participant);
        }
    }
}
