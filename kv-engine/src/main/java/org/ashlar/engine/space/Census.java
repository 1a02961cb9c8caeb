package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Pool;
import org.roaringbitmap.RoaringBitmap;

/**
 * Counts what the chunks hold, for figures, at no cost to any operation: nothing is counted when records come and go.
 *
 * <p>The first pass takes each chunk's word and, where this open has initialised it, its header: under the space lock, in turns, so that each
 * chunk is in one state and the sum is right. The second looks at descriptors of pages, without locks: those of slot chunks say how many slots
 * are taken, those of index chunks whether a page has been judged. Where such pages are many, one in so many is looked at: the
 * figure says so, and its error does not depend on how large the store is. What this open has not initialised is not touched: that
 * would cost memory where descriptors are in DRAM.
 *
 * <p>Made for one count, by one thread.
 */
final class Census {
    /** Chunks that are counted under the lock at a time. */
    private static final int TURN_CHUNKS = 1024;

    private final Pool pool;
    private final Descriptors descriptors;
    private final Chunks chunks;
    private final SlotSpace slots;
    private final IndexSpace index;
    private final Quarantine quarantine;
    private final int mostPages;
    private final int pagesPerChunk;
    private final int chunksPerSection;
    private final long chunkBytes;

    /** Chunks of which this open knows something, and whose pages the second pass looks at. */
    private final RoaringBitmap slotChunks = new RoaringBitmap();

    private final RoaringBitmap indexChunks = new RoaringBitmap();

    private boolean isSectionTouched;
    private boolean isLargeKnown;
    private long free;
    private long holes;
    private long indexCount;
    private long slotCount;
    private long runCount;
    private long large;
    private long damaged;
    private long liveRuns;
    private long freeRuns;
    private long unjudged;

    Census(
            final Pool pool,
            final Chunks chunks,
            final SlotSpace slots,
            final IndexSpace index,
            final Quarantine quarantine,
            final int mostPages) {
        this.pool = pool;
        this.chunks = chunks;
        this.slots = slots;
        this.index = index;
        this.quarantine = quarantine;
        this.mostPages = mostPages;
        descriptors = pool.descriptors();
        final Geometry geometry = pool.geometry();
        pagesPerChunk = geometry.pagesPerChunk();
        chunksPerSection = geometry.chunksPerSection();
        chunkBytes = geometry.chunkBytes();
    }

    SpaceFigures take(final Epochs epochs) {
        final int used = chunks.highWater();
        final long fresh = Math.max(0, pool.allocatedChunks() - used);
        for (int from = 0; from < used; from += TURN_CHUNKS) {
            countTurn(from, Math.min(used, from + TURN_CHUNKS));
        }
        final Look slotPages = new Look(slotChunks, this::lookAtSlots);
        final Look indexPages = new Look(indexChunks, this::lookAtIndex);
        final long reserved = Math.min(slotPages.live, reservedBytes(epochs));
        final long slotsOut = Math.min(slotPages.live - reserved, quarantine.slotBytes());
        final long runsOut = Math.min(liveRuns, quarantine.runBytes());
        final long indexOut = Math.min(indexPages.live, quarantine.indexBytes());
        final StoreStats.Bytes bytes = new StoreStats.Bytes(
                slotPages.live - reserved - slotsOut,
                liveRuns - runsOut,
                indexPages.live - indexOut,
                slotPages.free,
                freeRuns,
                indexPages.free,
                free * chunkBytes,
                fresh * chunkBytes,
                reserved,
                slotPages.rest() + indexPages.rest(),
                slotsOut + runsOut + indexOut,
                unjudged + slotPages.unjudged + indexPages.unjudged,
                Math.max(slotPages.step, indexPages.step));
        return new SpaceFigures(
                bytes, new StoreStats.Chunks(fresh, free, holes, indexCount, slotCount, runCount, large, damaged));
    }

    // ------------------------------------------------------------------------------------------------- first pass

    private void countTurn(final int from, final int to) {
        chunks.lock.lock();
        try {
            for (int chunk = from; chunk < to; chunk++) {
                if (chunk == from || chunk % chunksPerSection == 0) {
                    isSectionTouched = descriptors.initialisedChunksOfSection(chunk / chunksPerSection) > 0;
                }
                count(chunk);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    private void count(final int chunk) {
        final int kind = chunks.kindUnchecked(chunk);
        if (kind == ChunkWord.FREE || chunks.isFree(chunk)) {
            if (chunks.isHole(chunk)) {
                holes++;
            } else {
                free++;
            }
            isLargeKnown = false;
            return;
        }
        final boolean isKnown =
                isSectionTouched && descriptors.isChunkReadable(chunk) && descriptors.isChunkInitialised(chunk);
        switch (kind) {
            case ChunkWord.INDEX -> {
                indexCount++;
                note(isKnown, indexChunks, chunk);
            }
            case ChunkWord.SLOTS -> {
                slotCount++;
                note(isKnown, slotChunks, chunk);
            }
            case ChunkWord.RUNS -> {
                runCount++;
                countRuns(isKnown, chunk);
            }
            case ChunkWord.LARGE_HEAD -> {
                large++;
                isLargeKnown = isKnown;
                countLarge();
            }
            case ChunkWord.LARGE_BODY -> { // the header of its head speaks for it
                large++;
                countLarge();
            }
            default -> {
                damaged++;
                unjudged += chunkBytes;
            }
        }
        isLargeKnown &= kind == ChunkWord.LARGE_HEAD || kind == ChunkWord.LARGE_BODY;
    }

    private void note(final boolean isKnown, final RoaringBitmap known, final int chunk) {
        if (isKnown) {
            known.add(chunk);
        } else {
            unjudged += chunkBytes;
        }
    }

    private void countRuns(final boolean isKnown, final int chunk) {
        if (isKnown) {
            final long taken = (long) PageBitmap.countSet(descriptors.chunkHeader(chunk), pagesPerChunk) << Pages.SHIFT;
            liveRuns += taken;
            freeRuns += chunkBytes - taken;
        } else {
            unjudged += chunkBytes;
        }
    }

    private void countLarge() {
        if (isLargeKnown) {
            liveRuns += chunkBytes;
        } else {
            unjudged += chunkBytes;
        }
    }

    // ------------------------------------------------------------------------------------------------ second pass

    /** What the pages of some chunks hold: all of them, or as many times those looked at as there are. */
    private final class Look {
        private final long bytes;
        private final int step;
        private long live;
        private long free;
        private long unjudged;

        Look(final RoaringBitmap in, final PageVisitor visitor) {
            final long pages = in.getLongCardinality() * pagesPerChunk;
            // Odd, so that over the spans, whose pages are a power of two, it comes by each of their pages alike.
            step = pages <= mostPages ? 1 : (int) ((pages + mostPages - 1) / mostPages) | 1;
            bytes = pages << Pages.SHIFT;
            long looked = 0;
            int page = step / 2;
            for (final int chunk : in) {
                for (; page < pagesPerChunk; page += step) {
                    visitor.visit(this, chunk, page);
                    looked++;
                }
                page -= pagesPerChunk;
            }
            final double scale = looked == pages || looked == 0 ? 1 : (double) pages / looked;
            // Chunks and spans may have come and gone meanwhile: the sum is right all the same.
            live = Math.min(bytes, scaled(live, scale));
            free = Math.min(bytes - live, scaled(free, scale));
            unjudged = Math.min(bytes - live - free, scaled(unjudged, scale));
        }

        private static long scaled(final long value, final double scale) {
            return scale == 1 ? value : Math.round(value * scale);
        }

        /** What is none of them. */
        long rest() {
            return bytes - live - free - unjudged;
        }
    }

    @FunctionalInterface
    private interface PageVisitor {
        void visit(Look look, int chunk, int page);
    }

    private void lookAtSlots(final Look look, final int chunk, final int page) {
        if (!slots.isPageInUse(chunk, page)) {
            look.free += Pages.BYTES;
            return;
        }
        final long number = numberOf(chunk, page);
        if (!isJudged(number)) {
            look.unjudged += Pages.BYTES;
            return;
        }
        final long taken = slots.takenBytes(number);
        look.live += taken;
        look.free += Math.max(0, slots.slotBytesOfPage(number) - taken);
    }

    private void lookAtIndex(final Look look, final int chunk, final int page) {
        final long number = numberOf(chunk, page);
        if (number == 0) {
            return; // is never given out
        }
        if (!index.isTaken(pool.dataAddress() + (number << Pages.SHIFT))) {
            look.free += Pages.BYTES;
        } else if (isJudged(number)) {
            look.live += Pages.BYTES;
        } else {
            look.unjudged += Pages.BYTES;
        }
    }

    private boolean isJudged(final long page) {
        return descriptors.state(page) == Descriptors.State.INITIALISED;
    }

    private long numberOf(final int chunk, final int page) {
        return (long) chunk * pagesPerChunk + page;
    }

    /** Slots count as taken from when a thread reserves them, a page at a time. */
    private long reservedBytes(final Epochs epochs) {
        final long[] sum = new long[1];
        epochs.forEachScratch(scratch -> sum[0] += reservedBytes((Scratch) scratch));
        return sum[0];
    }

    private long reservedBytes(final Scratch scratch) {
        long bytes = 0;
        for (int i = 0; i < scratch.reserved.length; i++) {
            final int count = Long.bitCount(scratch.reserved[i]);
            if (count != 0) {
                bytes += (long) count * slots.classes().bytesOf(i / Scratch.RESERVED_WORDS);
            }
        }
        return bytes;
    }
}
