package org.ashlar.engine.space;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** What the words of a chunk of a damaged pool tell of records in it, where the words themselves are whole. */
public final class ChunkImage {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int chunk;
    private final int chunkBytes;
    private final long word;

    /**
     * Reads the word of a chunk.
     *
     * @param chunk number
     * @param chunkBytes bytes of a chunk
     * @param word the word
     */
    public ChunkImage(final int chunk, final int chunkBytes, final long word) {
        this.chunk = chunk;
        this.chunkBytes = chunkBytes;
        this.word = word;
    }

    public boolean isValid() {
        return ChunkWord.isValid(chunk, word);
    }

    public boolean isUnused() {
        return word == 0;
    }

    public boolean holdsIndex() {
        return isValid() && ChunkWord.kind(word) == ChunkWord.INDEX;
    }

    /** Whether records may lie in the chunk: of what kind it is, or nobody can tell. */
    public boolean mayHoldRecords() {
        return !isValid()
                || switch (ChunkWord.kind(word)) {
                    case ChunkWord.SLOTS, ChunkWord.RUNS, ChunkWord.LARGE_HEAD -> true;
                    default -> false;
                };
    }

    /**
     * Whether a record may begin at a place.
     *
     * @param content the bytes of the chunk
     * @param at offset in the chunk, a multiple of 8
     * @param spaceIncarnation that the record bears
     * @return false where the words say that nothing was written there since the space was taken
     */
    public boolean mayBegin(final byte[] content, final int at, final int spaceIncarnation) {
        if (!isValid()) {
            return true;
        }
        switch (ChunkWord.kind(word)) {
            case ChunkWord.SLOTS -> {
                final int spanBytes = SlotSpace.spanPages(chunkBytes >>> Pages.SHIFT) << Pages.SHIFT;
                final long place = (long) (at / spanBytes) * SpanWord.BYTES;
                final long span = (long) LONG.get(content, (int) place);
                final boolean isWhole = SpanWord.isValid((long) chunk * chunkBytes + place, span, Integer.MAX_VALUE);
                return !isWhole
                        || (SpanWord.chunkIncarnation(span) == ChunkWord.incarnation(word)
                                && SpanWord.incarnation(span) == spaceIncarnation);
            }
            case ChunkWord.RUNS -> {
                return at % Pages.BYTES == 0 && spaceIncarnation == ChunkWord.incarnation(word);
            }
            default -> {
                return at == 0 && spaceIncarnation == ChunkWord.incarnation(word);
            }
        }
    }
}
