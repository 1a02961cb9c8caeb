package org.ashlar.engine.space;

import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The durable word of a span, in the first bytes of its chunk. Any word that is not valid for the chunk's current incarnation
 * says that the span was not used yet.
 *
 * <pre>
 *   63       40 39            24 23                8 7                    0
 *  +-----------+----------------+-------------------+----------------------+
 *  | check     | incarnation    | chunk incarnation | size class, plus one |
 *  +-----------+----------------+-------------------+----------------------+
 * </pre>
 */
final class SpanWord {
    static final int BYTES = Long.BYTES;
    static final int CLASS_BITS = 8;
    static final int CHUNK_INCARNATION_SHIFT = CLASS_BITS;
    static final int INCARNATION_SHIFT = CHUNK_INCARNATION_SHIFT + ChunkWord.INCARNATION_BITS;
    static final int CHECK_SHIFT = INCARNATION_SHIFT + ChunkWord.INCARNATION_BITS;
    private static final int MASK = (1 << ChunkWord.INCARNATION_BITS) - 1;

    private SpanWord() {}

    static long of(final long address, final int sizeClass, final int chunkIncarnation, final int incarnation) {
        final long rest = sizeClass + 1L
                | (long) chunkIncarnation << CHUNK_INCARNATION_SHIFT
                | (long) incarnation << INCARNATION_SHIFT;
        return rest | check(address, rest) << CHECK_SHIFT;
    }

    /** Whether a word is a span word at all, of whatever incarnation; {@code place} is its linear offset. */
    static boolean isValid(final long place, final long word, final int sizeClasses) {
        final long rest = word & (1L << CHECK_SHIFT) - 1;
        final int sizeClass = sizeClass(word);
        return sizeClass >= 0 && sizeClass < sizeClasses && word >>> CHECK_SHIFT == check(place, rest);
    }

    static int sizeClass(final long word) {
        return ((int) word & (1 << CLASS_BITS) - 1) - 1;
    }

    static int chunkIncarnation(final long word) {
        return (int) (word >>> CHUNK_INCARNATION_SHIFT) & MASK;
    }

    static int incarnation(final long word) {
        return (int) (word >>> INCARNATION_SHIFT) & MASK;
    }

    private static long check(final long place, final long rest) {
        return Hashing.wyhashFinal4().hashLongLongToLong(rest, place) >>> CHECK_SHIFT;
    }
}
