package org.ashlar.engine.space;

/** What somebody who knows the format can do to the words of chunks and spans. */
public final class SpaceForgery {
    private SpaceForgery() {}

    /** A chunk word with a check that fits the rest of it. */
    public static long sealChunk(final int chunk, final long word) {
        return ChunkWord.of(chunk, ChunkWord.kind(word), ChunkWord.incarnation(word), ChunkWord.extra(word));
    }

    /** A span word with a check that fits the rest of it. */
    public static long sealSpan(final long linearOffset, final long word) {
        return SpanWord.of(
                linearOffset, SpanWord.sizeClass(word), SpanWord.chunkIncarnation(word), SpanWord.incarnation(word));
    }

    /** Whether a chunk word says that there are slots in it. */
    public static boolean hasSlots(final long word) {
        return ChunkWord.kind(word) == ChunkWord.SLOTS;
    }
}
