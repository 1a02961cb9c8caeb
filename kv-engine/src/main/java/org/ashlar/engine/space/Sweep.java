package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecordedLock;
import org.roaringbitmap.RoaringBitmap;

/**
 * Judges the chunks that earlier opens left, a few pages at a time: by writers who need space, and by whoever wants to know all. What is found dead
 * is offered after an epoch. Each open begins elsewhere, or what is dead behind much that lives would not be found by opens that write little.
 */
public final class Sweep {
    /** Pages judged by one call of {@link #sweepSome}. */
    static final int SWEEP_PAGES = 8;

    /** Touches a chunk first. */
    @FunctionalInterface
    interface ChunkTouch {
        void touch(Participant participant, int chunk);
    }

    private final Pool pool;
    private final Epochs epochs;
    private final Chunks chunks;
    private final SlotSpace slots;
    private final IndexSpace index;
    private final ChunkTouch firstTouch;
    private final int pagesPerChunk;

    /** Guards all below: the chunks not swept yet, the one that it is at, and its next page. */
    private final RecordedLock sweepLock = new RecordedLock();

    private final RoaringBitmap unswept = new RoaringBitmap();

    /** Chunks that the sweep gave up, as what tells their state cannot be read: nothing more of them is given out. */
    private final RoaringBitmap unreadable = new RoaringBitmap();

    /** Bytes of the chunks not swept yet; to be read without the lock. */
    private volatile long unsweptBytes;

    private int sweepChunk;
    private int sweepPage;

    /** So long {@link #sweepSome} goes on at most, but for the page that it is at: in a young JVM a page may take a millisecond. */
    private volatile long mostNanos = Long.MAX_VALUE;

    Sweep(
            final Pool pool,
            final Epochs epochs,
            final Chunks chunks,
            final SlotSpace slots,
            final IndexSpace index,
            final ChunkTouch firstTouch) {
        this.pool = pool;
        this.epochs = epochs;
        this.chunks = chunks;
        this.slots = slots;
        this.index = index;
        this.firstTouch = firstTouch;
        pagesPerChunk = pool.geometry().pagesPerChunk();
        unswept.add(0L, (long) chunks.highWater());
        unsweptBytes = chunks.usedBytes();
        sweepChunk = chunks.highWater() == 0
                ? 0
                : Integer.remainderUnsigned(pool.openCounter() * 0x9E3779B9, chunks.highWater());
    }

    /**
     * Judges all that is left from earlier opens.
     *
     * @param participant the caller's
     */
    public void sweepAll(final Participant participant) {
        final EngineEvents.Sweep event = EngineEvents.get().sweepBegins();
        final long pages = unsweptPages();
        boolean left = true;
        while (left) { // a few pages each turn, so that others get at theirs
            sweepLock.lock(); // not just tried: what another thread is at may be the room that the caller needs
            try {
                left = sweepLocked(participant, Long.MAX_VALUE);
            } finally {
                sweepLock.unlock();
            }
            epochs.drainWhenDue(participant);
        }
        if (pages > 0) {
            event.ends(pool.path(), pages);
        }
    }

    /**
     * Judges a few pages that earlier opens left and this one has not looked at. What is found dead is offered after an epoch.
     *
     * @param participant the caller's; takes back what it has retired, if pages were judged, or much waits, or a chunk is at stake
     * @param wouldTakeChunk whether the caller would take a chunk, if it gets nothing from this
     * @return false when there is nothing left to judge, or another thread is at it
     */
    public boolean sweepSome(final Participant participant, final boolean wouldTakeChunk) {
        boolean judged = false;
        if (sweepLock.tryLock()) {
            try {
                judged = sweepLocked(participant, mostNanos);
            } finally {
                sweepLock.unlock();
            }
        }
        if (judged || wouldTakeChunk || participant.isMuch()) {
            epochs.drainOwn(participant); // at once: somebody wants the space
        }
        return judged;
    }

    /**
     * Limits how long a write works at what earlier opens left.
     *
     * @param nanos in which {@link #sweepSome} begins with the last page
     */
    public void limit(final long nanos) {
        mostNanos = nanos;
    }

    private boolean sweepLocked(final Participant participant, final long limitNanos) {
        int budget = SWEEP_PAGES;
        final long began = System.nanoTime();
        while (budget > 0 && !unswept.isEmpty() && (budget == SWEEP_PAGES || System.nanoTime() - began < limitNanos)) {
            if (sweepPage == 0) {
                final long next = unswept.nextValue(sweepChunk);
                sweepChunk = next < 0 ? unswept.first() : (int) next;
            }
            try {
                budget -= sweepStep(participant, sweepChunk);
                Memory.settleFaults(); // here, not in the put that the sweep is for
            } catch (final InternalError | CorruptStoreException e) {
                // Its table word or its spans' cannot be read, or fail their checks. Without this every later sweep
                // would end here.
                unreadable.add(sweepChunk);
                leave(sweepChunk);
                sweepPage = 0;
                budget -= SWEEP_PAGES;
            }
        }
        return budget < SWEEP_PAGES;
    }

    private void leave(final int chunk) {
        unswept.remove(chunk);
        unsweptBytes = (long) unswept.getCardinality() * chunks.chunkBytes();
    }

    private int sweepStep(final Participant participant, final int chunk) {
        firstTouch.touch(participant, chunk);
        final int kind = ChunkWord.kind(chunks.word(chunk));
        final boolean byPage = kind == ChunkWord.INDEX || kind == ChunkWord.SLOTS;
        int cost = 1;
        if (byPage && sweepPage < pagesPerChunk && !chunks.isFree(chunk) && !chunks.isTakenInThisOpen(chunk)) {
            final long page = (long) chunk * pagesPerChunk + sweepPage;
            if (kind == ChunkWord.INDEX) {
                index.initialisePage(participant, page);
            } else if (slots.isPageInUse(chunk, sweepPage)) {
                slots.initialisePage(participant, page);
            }
            sweepPage++;
        } else {
            leave(chunk);
            sweepPage = 0;
            cost = byPage ? 1 : SWEEP_PAGES;
        }
        return cost;
    }

    /**
     * How many chunks the sweep gave up because of faults under the mapping or of damage.
     *
     * @return chunks
     */
    public int unreadableChunks() {
        sweepLock.lock();
        try {
            return unreadable.getCardinality();
        } finally {
            sweepLock.unlock();
        }
    }

    /** Chunks that the sweep gave up because of faults under the mapping or of damage. */
    RoaringBitmap unreadable() {
        sweepLock.lock();
        try {
            return unreadable.clone();
        } finally {
            sweepLock.unlock();
        }
    }

    /** Bytes of chunks in use since an earlier open that the sweep has not come by yet, whole. Needs no lock. */
    long unsweptBytes() {
        return unsweptBytes;
    }

    /**
     * Pages of chunks in use since an earlier open that the sweep has not come by yet.
     *
     * @return pages
     */
    public long unsweptPages() {
        sweepLock.lock();
        try {
            return (long) unswept.getCardinality() * pagesPerChunk - sweepPage;
        } finally {
            sweepLock.unlock();
        }
    }
}
