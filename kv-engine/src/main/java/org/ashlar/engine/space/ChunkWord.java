package org.ashlar.engine.space;

import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The durable word of a chunk. Zero: never used. Written with one aligned 8-byte store, persisted before the chunk's first use.
 *
 * <pre>
 *   63       48 47       24 23          8 7      0
 *  +-----------+-----------+-------------+--------+
 *  | check     | extra     | incarnation | kind   |
 *  +-----------+-----------+-------------+--------+
 * </pre>
 *
 * <p>check: 16 bits of a hash of the rest and of the chunk's number. extra: for the first chunk of a large extent the number of
 * its chunks, for the others the distance to the first; for a free chunk {@link #HOLE} or 0.
 */
final class ChunkWord {
    static final int KIND_BITS = 8;
    static final int INCARNATION_BITS = 16;
    static final int EXTRA_BITS = 24;
    static final int INCARNATION_SHIFT = KIND_BITS;
    static final int EXTRA_SHIFT = INCARNATION_SHIFT + INCARNATION_BITS;
    static final int CHECK_SHIFT = EXTRA_SHIFT + EXTRA_BITS;

    /** Belongs to nobody. */
    static final int FREE = 1;
    /** Index pages. */
    static final int INDEX = 2;
    /** Spans of slots. */
    static final int SLOTS = 3;
    /** Records in runs of pages. */
    static final int RUNS = 4;
    /** First chunk of a record in a run of chunks. */
    static final int LARGE_HEAD = 5;
    /** Any other chunk of one. */
    static final int LARGE_BODY = 6;

    /** In extra, of a free chunk: the file system may have its blocks, so it must not be touched. */
    static final int HOLE = 1;

    private ChunkWord() {}

    static long of(final int chunk, final int kind, final int incarnation, final int extra) {
        final long rest = kind | (long) incarnation << INCARNATION_SHIFT | (long) extra << EXTRA_SHIFT;
        return rest | check(chunk, rest) << CHECK_SHIFT;
    }

    static boolean isValid(final int chunk, final long word) {
        final long rest = word & (1L << CHECK_SHIFT) - 1;
        final int kind = kind(word);
        return word >>> CHECK_SHIFT == check(chunk, rest) && kind >= FREE && kind <= LARGE_BODY;
    }

    static boolean isHole(final long word) {
        return kind(word) == FREE && extra(word) == HOLE;
    }

    static int kind(final long word) {
        return (int) word & (1 << KIND_BITS) - 1;
    }

    static int incarnation(final long word) {
        return (int) (word >>> INCARNATION_SHIFT) & (1 << INCARNATION_BITS) - 1;
    }

    static int extra(final long word) {
        return (int) (word >>> EXTRA_SHIFT) & (1 << EXTRA_BITS) - 1;
    }

    /** The incarnation after this one; never 0, so that zeroed bytes are of no incarnation. */
    static int next(final int incarnation) {
        final int next = incarnation + 1 & (1 << INCARNATION_BITS) - 1;
        return next == 0 ? 1 : next;
    }

    private static long check(final int chunk, final long rest) {
        return Hashing.wyhashFinal4().hashLongLongToLong(rest, chunk) >>> CHECK_SHIFT;
    }
}
