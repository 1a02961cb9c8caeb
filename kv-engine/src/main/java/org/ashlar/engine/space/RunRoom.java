package org.ashlar.engine.space;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Run chunks with free pages, by their longest run of such. So whoever needs a run finds the first chunk that has one without looking at those
 * that have not: in a pool of values that take just over half a chunk, each has a chunk with free pages that are too few for another.
 *
 * <p><b>Usable</b> are free pages of which more records of the average size of those beside them could be made. The others are free for
 * smaller ones, but the chunk is as dense as its records let it be, and so is any other that they would move to.
 *
 * <p>Called with the space lock held, but for {@link #usablePages}. What is kept of a listed chunk is in its header.
 */
final class RunRoom {
    private static final int LONGEST_OFFSET = ChunkHeader.RESERVED_OFFSET;
    private static final int USABLE_OFFSET = ChunkHeader.FREE_COUNT_OFFSET;

    /** Of so many chunks all free runs are counted when it is asked whether something fits, of more only the longest of each. */
    private static final int COUNTED_CHUNKS = 32;

    private final Descriptors descriptors;
    private final int pagesPerChunk;
    private final RoaringBitmap listed = new RoaringBitmap();

    /** Those of a longest run, and which lengths there are. */
    private final @Nullable RoaringBitmap[] ofLongest;

    private final BitSet lengths = new BitSet();

    /** Free runs by their length, while it is asked whether something fits. */
    private final int[] places;

    private final LongAdder usablePages = new LongAdder();

    RunRoom(final Descriptors descriptors, final int pagesPerChunk) {
        this.descriptors = descriptors;
        this.pagesPerChunk = pagesPerChunk;
        ofLongest = new RoaringBitmap[pagesPerChunk + 1];
        places = new int[pagesPerChunk + 1];
    }

    /** Lists a chunk by what its bitmap and its count of records say now; one that has no free page is not listed. */
    void update(final int chunk) {
        remove(chunk);
        final long header = descriptors.chunkHeader(chunk);
        final int longest = PageBitmap.longestClearRun(header, pagesPerChunk);
        if (longest == 0) {
            return;
        }
        final int usable = usableOf(header);
        Memory.putInt(header + LONGEST_OFFSET, longest);
        Memory.putInt(header + USABLE_OFFSET, usable);
        usablePages.add(usable);
        listed.add(chunk);
        lengths.set(longest);
        RoaringBitmap alike = ofLongest[longest];
        if (alike == null) {
            alike = new RoaringBitmap();
            ofLongest[longest] = alike;
        }
        alike.add(chunk);
    }

    private int usableOf(final long header) {
        final int taken = PageBitmap.countSet(header, pagesPerChunk);
        final int records = Math.max(1, Memory.getInt(header + ChunkHeader.LIVE_COUNT_OFFSET));
        final int average = Math.max(1, (taken + records - 1) / records);
        int usable = 0;
        for (int page = PageBitmap.nextClear(header, pagesPerChunk, 0); page < pagesPerChunk; ) {
            final int end = PageBitmap.nextSet(header, pagesPerChunk, page);
            usable += (end - page) / average * average;
            page = PageBitmap.nextClear(header, pagesPerChunk, end);
        }
        return usable;
    }

    /** Takes a chunk off the list, if it is there. */
    void remove(final int chunk) {
        if (!listed.checkedRemove(chunk)) {
            return;
        }
        final long header = descriptors.chunkHeader(chunk);
        usablePages.add(-Memory.getInt(header + USABLE_OFFSET));
        forget(chunk, Memory.getInt(header + LONGEST_OFFSET));
    }

    private void forget(final int chunk, final int longest) {
        final RoaringBitmap alike = ofLongest[longest];
        if (alike != null) {
            alike.remove(chunk);
            if (alike.isEmpty()) {
                ofLongest[longest] = null;
                lengths.clear(longest);
            }
        }
    }

    /** The first chunk that has a run of so many free pages; -1 when none has. One whose header cannot be read is not listed any more. */
    int firstWith(final int pages) {
        int first = firstListedWith(pages);
        while (first >= 0 && !descriptors.isChunkReadable(first)) {
            listed.remove(first);
            for (int length = pages; length <= pagesPerChunk; length++) {
                forget(first, length);
            }
            first = firstListedWith(pages);
        }
        return first;
    }

    private int firstListedWith(final int pages) {
        int first = -1;
        for (int length = lengths.nextSetBit(pages); length >= 0; length = lengths.nextSetBit(length + 1)) {
            final RoaringBitmap alike = ofLongest[length];
            if (alike != null && (first < 0 || alike.first() < first)) {
                first = alike.first();
            }
        }
        return first;
    }

    /** Listed chunks. */
    int size() {
        return listed.getCardinality();
    }

    /** The next listed chunk after one, or the first; there is one. */
    int next(final int after) {
        final long next = listed.nextValue(after + 1);
        return next < 0 ? listed.first() : (int) next;
    }

    /** Usable free pages of a listed chunk. */
    int usablePages(final int chunk) {
        return Memory.getInt(descriptors.chunkHeader(chunk) + USABLE_OFFSET);
    }

    /** Usable free pages of all listed chunks. Needs no lock. */
    long usablePages() {
        return usablePages.sum();
    }

    // ---------------------------------------------------------------------------------- whether something fits

    /** Begins to count what fits into all listed chunks but one. */
    void beginFitting(final int exceptChunk) {
        Arrays.fill(places, 0);
        if (size() <= COUNTED_CHUNKS) {
            for (final int chunk : listed) {
                if (chunk != exceptChunk && descriptors.isChunkReadable(chunk)) {
                    countRuns(descriptors.chunkHeader(chunk));
                }
            }
            return;
        }
        for (int length = lengths.nextSetBit(1); length >= 0; length = lengths.nextSetBit(length + 1)) {
            final RoaringBitmap alike = ofLongest[length];
            if (alike != null) {
                places[length] = alike.getCardinality() - (alike.contains(exceptChunk) ? 1 : 0);
            }
        }
    }

    private void countRuns(final long header) {
        for (int page = PageBitmap.nextClear(header, pagesPerChunk, 0); page < pagesPerChunk; ) {
            final int end = PageBitmap.nextSet(header, pagesPerChunk, page);
            places[end - page]++;
            page = PageBitmap.nextClear(header, pagesPerChunk, end);
        }
    }

    /** Whether another record fits, beside those that were asked for since {@link #beginFitting}. */
    boolean fits(final int pages) {
        for (int length = pages; length <= pagesPerChunk; length++) {
            if (places[length] > 0) {
                places[length]--;
                places[length - pages]++;
                return true;
            }
        }
        return false;
    }
}
