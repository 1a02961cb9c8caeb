package org.ashlar.engine.space;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.collections.LongArrayList;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecordedLock;

/**
 * Empties spans and chunks that are sparse, so that another size class or kind of chunk can have them.
 *
 * <p>Random deletes never empty a span of many records. So for each span that a size class is given, a few pages of sparse spans and run chunks are
 * looked at: what is live in them moves, as an update with an unchanged value would move it, into pages of their size class that have room; what they held is
 * retired, and when the last of it is freed, the span or chunk is. Nothing is allocated from them meanwhile.
 *
 * <p>Writers do it, in small pieces, at the end of their operations: who makes the pool grow also makes it shrink, and no thread has to keep up
 * with them. All state is of this open. One thread at a time.
 */
public final class Evacuation {
    /** Sparse is what is no denser than this, and nothing is done while the whole is denser: taken of a thousand. */
    static final int SPARSE_PER_MILLE = 750;

    /** What is emptied may be so much denser than the whole. */
    private static final int DENSER_PER_MILLE = 50;

    /** Where space is short. */
    private static final int SPARSE_WHEN_SHORT_PER_MILLE = 950;

    /** Where there is no room to move to, a pass ends after so many that could not go. */
    private static final int MOST_REFUSED = 64;

    /** One in so many searches is for a run chunk first: spans whose records have to stay are found over and over. */
    private static final int RUNS_TURN = 4;

    /** What a search that finds nothing counts for. */
    private static final int SEARCH_COST = 16;

    /** What a piece of the sweep counts for: {@value Sweep#SWEEP_PAGES} pages. */
    static final int SWEPT_PAGES_COST = 1;

    /**
     * A writer pays so much of what is due, within limits: a page of small records takes about a tenth of a millisecond. In a young JVM it takes
     * twenty times as long, so there is a limit of time as well, looked at after each record; what is not paid stays due.
     */
    private static final int PAID_FRACTION = 8;

    private static final int LEAST_PAID_PAGES = 4;
    private static final int MOST_PAID_PAGES = 48;

    /** Times the usual limit. */
    private static final int PATIENCE_WHEN_MUCH_IS_DUE = 3;

    /** Moves records. Called by one thread at a time. */
    public interface Mover {
        /** An operation begins: what was found out about maps in the one before may be wrong. */
        void begin();

        /**
         * Moves a record, if it is live.
         *
         * @param participant the caller's
         * @param record address of what was a record once, or is being written
         * @param spaceBytes bytes from there to the end of its place
         * @return false when it has to stay where it is
         * @throws StoreFullException when there is no room
         */
        boolean move(Participant participant, long record, long spaceBytes);
    }

    private final Space space;
    private final Chunks chunks;
    private final SlotSpace slots;
    private final SparseSpans spans;
    private final RunSpace runs;
    private final Mover mover;
    private final long mostPaidNanos;
    private final RecordedLock lock = new RecordedLock();
    private final LongArrayList taken = new LongArrayList();

    /** What is being emptied, under the lock: first page of a span, number of a run chunk; -1 for nothing. */
    private long span = -1;

    private int run = -1;

    /** The slot chunk that is being emptied as a whole, and its span that is next. */
    private int chunk = -1;

    private int spanOfChunk;

    /** Number within it of the page that is next, and whether something in it has to stay. */
    private int page;

    private boolean stays;

    /** The last record in it that was gone through, or 0. */
    private long leftRecord;

    /** When what is being done began, and how long it may take. */
    private long beganNanos;

    private long limitNanos;

    /** Whether what moves may make the pool grow: by a little, and only where the pool grows anyway. */
    private boolean mayGrow;

    private int turn;

    /** Searches that have found nothing, in a row. */
    private long fruitlessSpans;

    /** Spans and chunks that were taken to be emptied in this open. Under the lock, but for who reads it. */
    private volatile long emptied;

    /** Runs that were to be moved. */
    private final AtomicLong triedRuns = new AtomicLong();

    Evacuation(
            final Space space,
            final Chunks chunks,
            final SlotSpace slots,
            final RunSpace runs,
            final Mover mover,
            final long mostPaidNanos) {
        this.space = space;
        this.chunks = chunks;
        this.slots = slots;
        this.runs = runs;
        this.mover = mover;
        this.mostPaidNanos = mostPaidNanos;
        spans = slots.sparse();
    }

    /**
     * Does a small part of what the growth of the pool has made due. At the end of a write, with no lock held. Throws nothing: the write is
     * done.
     *
     * @param participant the caller's
     */
    public void pay(final Participant participant) {
        if (chunks.evacuationDebt() == 0 || !lock.tryLock()) {
            return;
        }
        try {
            mover.begin();
            mayGrow = true;
            int budget = Math.max(LEAST_PAID_PAGES, Math.min(chunks.evacuationDebt() / PAID_FRACTION, MOST_PAID_PAGES));
            beganNanos = System.nanoTime();
            limitNanos = mostPaidNanos * (chunks.isMuchDue() ? PATIENCE_WHEN_MUCH_IS_DUE : 1);
            boolean isFirst = true;
            while (budget > 0 && chunks.evacuationDebt() > 0 && (isFirst || hasTime())) {
                isFirst = false;
                final int density = space.densityPerMille();
                final int done = density < SPARSE_PER_MILLE
                        ? step(participant, Math.min(SPARSE_PER_MILLE, density + DENSER_PER_MILLE))
                        : sweep(participant);
                chunks.payEvacuationDebt(done == 0 ? Integer.MAX_VALUE : done);
                budget -= done;
            }
            Memory.settleFaults(); // here, not in the operation that this is done for
        } catch (final StoreFullException | CorruptStoreException | InternalError e) {
            abandon();
            chunks.payEvacuationDebt(Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks at all that is sparse, and moves what can be moved. To be called again after what it retired was taken back, as long as it
     * finds something.
     *
     * @param participant the caller's
     * @param mostSpans ends after so many spans or chunks
     * @return how many it has found
     */
    public int evacuateSome(final Participant participant, final int mostSpans) {
        lock.lock();
        try {
            mover.begin();
            mayGrow = false;
            limitNanos = Long.MAX_VALUE;
            chunks.noteShortOfChunks(true); // they serve whatever comes
            final long before = emptied;
            int refused = 0;
            while ((isAtIt() || emptied - before < mostSpans) && refused < MOST_REFUSED) {
                try {
                    if (step(participant, SPARSE_WHEN_SHORT_PER_MILLE) == 0) {
                        break;
                    }
                } catch (final StoreFullException e) { // this one cannot go, but others may
                    abandon();
                    refused++;
                }
            }
            final int found = (int) (emptied - before);
            if (!isAtIt()) {
                runs.stayInAll();
                spans.stayInChunks(); // whoever is short of space wants all there is
            }
            Memory.settleFaults();
            return found;
        } catch (final CorruptStoreException | InternalError e) {
            abandon();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs that were to be moved in this open, whether they could be or not.
     *
     * @return a number that never falls
     */
    public long triedRuns() {
        return triedRuns.get();
    }

    /**
     * Spans of slots, slot chunks and run chunks that were taken to be emptied in this open.
     *
     * @return a number that never falls
     */
    public long emptied() {
        return emptied;
    }

    private int takeSparseRun(final int mostPerMille) {
        return runs.takeSparse(mostPerMille, mostPerMille == SPARSE_WHEN_SHORT_PER_MILLE);
    }

    /** Empties one page of a span as far as there is time, or one run; how many pages it has looked at, 0 when nothing is sparse. */
    private int step(final Participant participant, final int mostPerMille) {
        if (span >= 0) {
            return leavePage(participant);
        }
        if (run >= 0) {
            return leaveRun(participant);
        }
        if (chunk >= 0) {
            return nextInChunk();
        }
        // First what earlier opens left, as it may be the sparsest.
        final int swept = sweep(participant);
        return swept > 0 ? swept : search(mostPerMille);
    }

    private int sweep(final Participant participant) {
        return space.sweep().sweepSome(participant, false) ? SWEPT_PAGES_COST : 0;
    }

    private boolean hasTime() {
        return System.nanoTime() - beganNanos < limitNanos;
    }

    private boolean isAtIt() {
        return span >= 0 || run >= 0 || chunk >= 0;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private int search(final int mostPerMille) {
        page = 0;
        stays = false;
        if (chunks.isShortOfChunks()) {
            chunk = spans.takeNextChunk(mostPerMille);
            spanOfChunk = 0;
            run = chunk < 0 ? takeSparseRun(mostPerMille) : -1;
        }
        if (!isAtIt() && ++turn % RUNS_TURN == 0) {
            run = takeSparseRun(mostPerMille);
        }
        if (!isAtIt()) {
            span = spans.takeNext(mostPerMille);
        }
        if (!isAtIt()) {
            fruitlessSpans += SparseSpans.SEARCHED_SPANS;
            if (fruitlessSpans < spans.allSpans() + SparseSpans.SEARCHED_SPANS) { // all of them, once
                return SEARCH_COST;
            }
            fruitlessSpans = 0;
            run = takeSparseRun(mostPerMille);
        }
        if (!isAtIt()) {
            return 0;
        }
        fruitlessSpans = 0;
        emptied++;
        return 1;
    }

    private int nextInChunk() {
        page = 0;
        stays = false;
        while (span < 0 && spanOfChunk < spans.spansPerChunk()) {
            span = spans.takeIn(chunk, spanOfChunk++);
        }
        if (span < 0) {
            chunk = -1; // what is left of it goes, or stays, when what was retired is freed
        }
        return 1;
    }

    private int leavePage(final Participant participant) {
        final long number = span + page;
        taken.clear();
        final int bytes = slots.takenOfLeaving(number, taken);
        for (int i = 0; i < taken.size(); i++) {
            final long record = taken.getLong(i);
            if (record > leftRecord) {
                stays |= !mover.move(participant, record, bytes);
                leftRecord = record;
                if (!hasTime()) {
                    return 1;
                }
            }
        }
        leftRecord = 0;
        if (++page == spans.spanPages()) {
            if (stays) {
                spans.stay(span);
            }
            span = -1;
        }
        return 1;
    }

    private int leaveRun(final Participant participant) {
        final long address = runs.isLeaving(run) ? runs.nextTaken(run, page) : 0;
        if (address == 0) {
            if (stays) {
                runs.stay(run);
            }
            run = -1;
            return 1;
        }
        final int first = (int) ((address - chunks.addressOf(run)) >>> Pages.SHIFT);
        final int left = (chunks.chunkBytes() >>> Pages.SHIFT) - first;
        // What is no live record any more is passed over by what its header says; where that is wrong, what comes next
        // is no live record's head.
        final int pages = (int) Math.min(left, Math.max(1, RunSpace.pagesOf(address)));
        triedRuns.incrementAndGet();
        try {
            stays |= !mover.move(participant, address, (long) left << Pages.SHIFT);
        } catch (final StoreFullException e) { // no other run chunk has room for it
            runs.stay(run);
            run = -1;
            return pages;
        }
        page = first + pages;
        return pages;
    }

    private void abandon() {
        leftRecord = 0;
        if (span >= 0) {
            spans.stay(span);
            span = -1;
        }
        if (run >= 0) {
            runs.stay(run);
            run = -1;
        }
        chunk = -1;
        runs.stayInAll();
        spans.stayInChunks();
    }

    /**
     * Takes a place for a record that moves.
     *
     * @param participant the caller's
     * @param bytes of the record
     * @return address
     * @throws StoreFullException when there is no room
     */
    public long allocate(final Participant participant, final long bytes) {
        return space.allocateToMove(participant, bytes, mayGrow);
    }
}
