package org.ashlar.engine.space;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.collections.IntArrayList;
import org.ashlar.pmem.Descriptors;

/**
 * Finds spans of slots whose records had better move elsewhere, so that another size class, or another kind of chunk, can have the
 * space. Knows of what this open has touched only; what it has not, the sweep will tell.
 */
final class SparseSpans {
    /** Spans that one search looks at. */
    static final int SEARCHED_SPANS = 256;

    /** Chunks that one search for a whole one looks at. */
    private static final int SEARCHED_CHUNKS = 16;

    /** Chunks that wait for the last of their records to be freed. */
    private static final int MOST_LEFT_CHUNKS = 8;

    private static final int WHOLE = 1000;

    private final Chunks chunks;
    private final Descriptors descriptors;
    private final SlotLayout layout;
    private final SlotSpace slots;
    private final LongAdder takenBytes = new LongAdder();
    private final LongAdder capacityBytes = new LongAdder();
    private final AtomicLong leftBytes = new AtomicLong();

    /** Number of the span that the search looks at next. Under the evacuation's lock. */
    private long hand;

    /** The same for whole chunks. */
    private int chunkHand;

    /** Chunks that were left, the oldest first; some of them may be free by now, or others. */
    private final IntArrayList leftChunks = new IntArrayList();

    SparseSpans(final Chunks chunks, final Descriptors descriptors, final SlotLayout layout, final SlotSpace slots) {
        this.chunks = chunks;
        this.descriptors = descriptors;
        this.layout = layout;
        this.slots = slots;
    }

    /** Slots were taken or, below 0, freed; those that somebody has reserved count as taken. */
    void noteTaken(final long bytes) {
        takenBytes.add(bytes);
    }

    /** Pages of slots were touched first or, below 0, have no size class any more. */
    void noteCapacity(final long bytes) {
        capacityBytes.add(bytes);
    }

    /** A record was unlinked in a page that was not judged before. */
    void noteLeft(final long bytes) {
        leftBytes.addAndGet(bytes);
    }

    /** Slots of a page were judged dead: those that were left to the judge among them, nobody knows how many. */
    void noteFoundDead(final long bytes) {
        leftBytes.updateAndGet(left -> Math.max(0, left - bytes));
    }

    /** Bytes of records that were unlinked in pages that were not judged since; about. */
    long leftBytes() {
        return leftBytes.get();
    }

    /** Bytes of slots that are free, in spans that have a size class. */
    long freeBytes() {
        return capacityBytes.sum() - takenBytes.sum();
    }

    /** Bytes of all slots in spans that have a size class. */
    long capacityBytes() {
        return capacityBytes.sum();
    }

    /**
     * The next span that is no denser than a limit, marked so that nothing is allocated from it.
     *
     * @param mostPerMille taken slots, at most, of a thousand bytes of slots
     * @return its first page; -1 when none of those looked at is so sparse
     */
    long takeNext(final int mostPerMille) {
        final long spans = allSpans();
        for (long i = 0; i < Math.min(spans, SEARCHED_SPANS); i++) {
            hand = hand + 1 >= spans ? 0 : hand + 1;
            final int chunk = (int) (hand / layout.spansPerChunk);
            if (hand % layout.spansPerChunk == 0 && !isSearchable(chunk)) {
                hand += layout.spansPerChunk - 1; // the whole chunk
                continue;
            }
            if (isSearchable(chunk)) {
                final long first = layout.firstPageOf(chunk) + hand % layout.spansPerChunk * layout.spanPages;
                final int perMille = density(first);
                if (perMille >= 0 && perMille <= mostPerMille && beginLeaving(first)) {
                    return first;
                }
            }
        }
        return -1;
    }

    /**
     * The next chunk that is no denser than a limit, its free spans counted as what they are. Its free spans are not given out from here on.
     *
     * @param mostPerMille taken slots, at most, of a thousand bytes
     * @return its number; -1 when none of those looked at is so sparse
     */
    int takeNextChunk(final int mostPerMille) {
        final int end = chunks.highWater();
        for (int i = 0; i < Math.min(end, SEARCHED_CHUNKS); i++) {
            chunkHand = chunkHand + 1 >= end ? 0 : chunkHand + 1;
            final int chunk = chunkHand;
            if (isSearchable(chunk)
                    && !isLeftAlready(chunk)
                    && chunkDensity(chunk) <= mostPerMille
                    && slots.leaveChunk(chunk)) {
                leftChunks.add(chunk);
                if (leftChunks.size() > MOST_LEFT_CHUNKS) {
                    slots.stayInChunk(leftChunks.removeAt(0)); // something in it does not go
                }
                return chunk;
            }
        }
        return -1;
    }

    /** After this, free spans of all chunks are given out. */
    void stayInChunks() {
        leftChunks.forEachInt(slots::stayInChunk);
        leftChunks.clear();
    }

    private boolean isLeftAlready(final int chunk) {
        return leftChunks.containsInt(chunk);
    }

    /** Taken bytes of a thousand; more than all where a page was not judged yet, or cannot be. */
    private int chunkDensity(final int chunk) {
        final long first = layout.firstPageOf(chunk);
        long taken = 0;
        for (int i = 0; i < layout.spansPerChunk * layout.spanPages; i++) {
            final Descriptors.State state = descriptors.state(first + i);
            if (state == Descriptors.State.INITIALISED) {
                final long descriptor = descriptors.core(first + i);
                final int sizeClass = SlotPage.classOf(SlotPage.flags(descriptor));
                taken += sizeClass < 0 ? 0 : (long) SlotPage.count(descriptor) * layout.classes.bytesOf(sizeClass);
            } else if (state == Descriptors.State.UNREADABLE || slots.isPageInUse(chunk, i)) {
                return WHOLE + 1;
            }
        }
        return (int) (taken * WHOLE / chunks.chunkBytes());
    }

    /** Marks a span of a chunk that is being left, so that nothing is allocated from it; its first page, or -1 when that cannot be. */
    long takeIn(final int chunk, final int span) {
        final long first = layout.firstPageOf(chunk) + (long) span * layout.spanPages;
        return density(first) >= 0 && beginLeaving(first) ? first : -1;
    }

    int spansPerChunk() {
        return layout.spansPerChunk;
    }

    private boolean isSearchable(final int chunk) {
        return chunks.kindUnchecked(chunk) == ChunkWord.SLOTS
                && descriptors.isChunkReadable(chunk)
                && descriptors.isChunkInitialised(chunk);
    }

    /** Taken bytes of a thousand, as they seem without locks; -1 for a span that has no class, is active, or was not judged yet, or cannot be. */
    private int density(final long firstPage) {
        long taken = 0;
        long capacity = 0;
        for (long page = firstPage; page < firstPage + layout.spanPages; page++) {
            final long descriptor = descriptors.core(page);
            if (descriptors.state(page) != Descriptors.State.INITIALISED || !mayLeave(SlotPage.flags(descriptor))) {
                return -1;
            }
            taken += SlotPage.count(descriptor);
            capacity += SlotPage.capacity(descriptor);
        }
        return capacity == 0 ? -1 : (int) (taken * WHOLE / capacity);
    }

    private static boolean mayLeave(final int flags) {
        return (flags & (SlotPage.ACTIVE | SlotPage.PENDING)) == 0 && SlotPage.classOf(flags) >= 0;
    }

    private boolean beginLeaving(final long firstPage) {
        for (long page = firstPage; page < firstPage + layout.spanPages; page++) {
            final long descriptor = descriptors.core(page);
            descriptors.lock(descriptor);
            final int flags = SlotPage.flags(descriptor);
            final boolean leaves = mayLeave(flags);
            if (leaves) {
                SlotPage.setFlags(descriptor, flags | SlotPage.LEAVING);
            }
            descriptors.unlock(descriptor);
            if (!leaves) { // somebody was faster
                slots.stay(firstPage, page);
                return false;
            }
        }
        return true;
    }

    /** After this, pages of the span may be allocated from again. */
    void stay(final long firstPage) {
        slots.stay(firstPage, firstPage + layout.spanPages);
    }

    /** Spans of all chunks that were ever used. */
    long allSpans() {
        return (long) chunks.highWater() * layout.spansPerChunk;
    }

    int spanPages() {
        return layout.spanPages;
    }
}
