package org.ashlar.engine.space;

import java.util.function.Consumer;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What the media says of places, without the allocator: every chunk word is whole, and each place that the index leads to is one by its chunk
 * word and span word. A span word that nothing leads to by way of a record is not judged: in a recycled chunk it may be anything.
 */
final class PlaceCheck {
    private final Pool pool;
    private final Chunks chunks;
    private final SlotLayout layout;
    private final Consumer<String> problems;
    private final long data;
    private int badSpanWords = -1;
    private long end;

    PlaceCheck(final Pool pool, final Chunks chunks, final Consumer<String> problems) {
        this.pool = pool;
        this.chunks = chunks;
        this.problems = problems;
        layout = new SlotLayout(pool, chunks);
        data = pool.dataAddress();
    }

    /** Looks at every chunk word. Each is stored whole, so it holds in a store that is in use too. */
    void checkChunkWords() {
        final int used = chunks.highWater();
        for (int chunk = 0; chunk < used; chunk++) {
            final long word = rawWord(chunk);
            if (!ChunkWord.isValid(chunk, word)) {
                problems.accept("the table word of chunk " + chunk + " fails its check: 0x" + Long.toHexString(word));
            }
        }
        chunks.lock.lock(); // the next one is taken under it
        try {
            for (int chunk = chunks.highWater(); chunk < pool.allocatedChunks(); chunk++) {
                if (rawWord(chunk) != 0) {
                    problems.accept("the table word of chunk " + chunk + " is set, and that of chunk "
                            + chunks.highWater() + " before it is not");
                    return;
                }
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    private long rawWord(final int chunk) {
        return Memory.getLong(pool.chunkTable() + (long) chunk * Long.BYTES);
    }

    /**
     * Looks at what the index leads to. It holds where nothing changed since that was asked. Chunks whose word fails its check are left out.
     *
     * @param records linear offsets
     * @param pages linear offsets of index pages
     */
    void checkPlaces(final Roaring64Bitmap records, final Roaring64Bitmap pages) {
        records.forEach(this::checkRecord); // ascending
        pages.forEach((final long offset) -> {
            final int chunk = chunks.chunkOf(data + offset);
            final long word = rawWord(chunk);
            if (ChunkWord.isValid(chunk, word) && ChunkWord.kind(word) != ChunkWord.INDEX) {
                problems.accept("the index page at linear offset " + offset + " is in chunk " + chunk
                        + ", which by its table word holds none");
            }
        });
    }

    private void checkRecord(final long offset) {
        final long record = data + offset;
        final int chunk = chunks.chunkOf(record);
        if (chunk >= chunks.highWater() || !Memory.isReadable(record, RecordHeader.BYTES)) {
            return; // the walk has told it
        }
        final long word = rawWord(chunk);
        if (!ChunkWord.isValid(chunk, word)) {
            return;
        }
        final boolean isPlace = switch (ChunkWord.kind(word)) {
            case ChunkWord.SLOTS -> isSlot(record, chunk);
            case ChunkWord.RUNS ->
                offset % Pages.BYTES == 0
                        && RunSpace.bytesOf(record) <= chunks.addressOf(chunk + 1) - record
                        && RecordHeader.spaceIncarnation(record) == ChunkWord.incarnation(word);
            case ChunkWord.LARGE_HEAD -> isExtent(record, chunk, word);
            default -> false;
        };
        if (!isPlace) {
            problems.accept("the record at linear offset " + offset + " is live, but is no place by the words of chunk "
                    + chunk);
        } else if (pool.readOnly() && offset < end) { // else the allocator's places are compared
            problems.accept("the record at linear offset " + offset + " lies within the one before it");
        }
        end = Math.max(end, offset + RunSpace.bytesOf(record));
    }

    private boolean isSlot(final long record, final int chunk) {
        if (chunk == badSpanWords) {
            return true; // told once
        }
        if (!Memory.isReadable(chunks.addressOf(chunk), (long) layout.spansPerChunk * SpanWord.BYTES)) {
            badSpanWords = chunk;
            problems.accept("the span words of chunk " + chunk + " cannot be read");
            return true;
        }
        final int span = layout.spanOf(chunk, layout.pageOf(record));
        final long word = layout.spanWord(chunk, span);
        if (word == 0) {
            return false;
        }
        final int slotBytes = layout.classes.bytesOf(SpanWord.sizeClass(word));
        final long within = record - layout.slotsBegin(chunk, span);
        return within >= 0
                && within % slotBytes == 0
                && RunSpace.bytesOf(record) <= slotBytes
                && RecordHeader.spaceIncarnation(record) == SpanWord.incarnation(word);
    }

    private boolean isExtent(final long record, final int head, final long headWord) {
        final int count = ChunkWord.extra(headWord);
        if (record != chunks.addressOf(head)
                || head + count > chunks.highWater()
                || RunSpace.bytesOf(record) > (long) count * chunks.chunkBytes()
                || RecordHeader.spaceIncarnation(record) != ChunkWord.incarnation(headWord)) {
            return false;
        }
        for (int i = 1; i < count; i++) {
            final long word = rawWord(head + i);
            if (ChunkWord.isValid(head + i, word)
                    && (ChunkWord.kind(word) != ChunkWord.LARGE_BODY
                            || ChunkWord.extra(word) != i
                            || ChunkWord.incarnation(word) != ChunkWord.incarnation(headWord))) {
                return false;
            }
        }
        return true;
    }
}
