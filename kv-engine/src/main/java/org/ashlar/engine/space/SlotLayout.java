package org.ashlar.engine.space;

import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;

/** Where spans, pages and slots are in the chunks that hold slots. */
final class SlotLayout {
    final SizeClasses classes;
    final int spanPages;
    final int spansPerChunk;
    private final Chunks chunks;
    private final long data;
    private final int tableBytes;

    SlotLayout(final Pool pool, final Chunks chunks) {
        this.chunks = chunks;
        data = pool.dataAddress();
        final int pages = pool.geometry().pagesPerChunk();
        spanPages = SlotSpace.spanPages(pages);
        spansPerChunk = pages / spanPages;
        tableBytes = Math.max(spansPerChunk * SpanWord.BYTES, 256);
        classes = new SizeClasses(spanPages << Pages.SHIFT);
    }

    long pageOf(final long address) {
        return (address - data) >>> Pages.SHIFT;
    }

    long addressOfPage(final long page) {
        return data + (page << Pages.SHIFT);
    }

    long firstPageOf(final int chunk) {
        return pageOf(chunks.addressOf(chunk));
    }

    int chunkOfPage(final long page) {
        return chunks.chunkOf(addressOfPage(page));
    }

    /** Number of a page's span in its chunk. */
    int spanOf(final int chunk, final long page) {
        return (int) (page - firstPageOf(chunk)) / spanPages;
    }

    /** Address of the word of a span. */
    long spanWordAddress(final int chunk, final int span) {
        return chunks.addressOf(chunk) + (long) span * SpanWord.BYTES;
    }

    /** Where the slots of a page begin, and how many begin in it. */
    long shape(final long page, final int chunk, final int span, final int sizeClass) {
        final int size = classes.bytesOf(sizeClass);
        final long begin = slotsBegin(chunk, span);
        final long end = chunks.addressOf(chunk) + (((long) (span + 1) * spanPages) << Pages.SHIFT);
        final long slots = (end - begin) / size;
        final long address = addressOfPage(page);
        final long before = address <= begin ? 0 : (address - begin + size - 1) / size;
        final long after = Math.min(slots, (address + Pages.BYTES - begin + size - 1) / size);
        if (after <= before) {
            return 0;
        }
        return begin + before * size - address | (after - before) << SlotPage.CAPACITY_SHIFT;
    }

    /** First byte of a span's first slot; the first span gives up a few bytes to the table of span words. */
    long slotsBegin(final int chunk, final int span) {
        return chunks.addressOf(chunk) + (span == 0 ? tableBytes : ((long) span * spanPages) << Pages.SHIFT);
    }

    /** The word of a span in use, or 0. */
    long spanWord(final int chunk, final int span) {
        final long place = spanWordAddress(chunk, span);
        final long word = Memory.getLongAcquire(place);
        return SpanWord.isValid(place - data, word, classes.count())
                        && SpanWord.chunkIncarnation(word) == ChunkWord.incarnation(chunks.word(chunk))
                ? word
                : 0;
    }
}
