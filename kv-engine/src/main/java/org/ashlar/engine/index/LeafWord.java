package org.ashlar.engine.index;

/**
 * A word that names a page of the index: in a segment (a leaf), in a root record (a segment), in the root word of a map (its only
 * leaf). A hint.
 *
 * <pre>
 *   63   62    41   40    39     34 33          0
 *  +----+-------+-------+---------+-------------+
 *  | 0  | 0     | VALID | depth   | page number |
 *  +----+-------+-------+---------+-------------+
 * </pre>
 */
final class LeafWord {
    static final int PAGE_BITS = 34;
    static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
    static final int DEPTH_BITS = 6;
    static final long VALID = 1L << (PAGE_BITS + DEPTH_BITS);

    private LeafWord() {}

    static long of(final long page, final int depth) {
        return VALID | (long) depth << PAGE_BITS | page;
    }

    static long page(final long word) {
        return word & PAGE_MASK;
    }

    static int depth(final long word) {
        return (int) (word >>> PAGE_BITS) & (1 << DEPTH_BITS) - 1;
    }

    static boolean isValid(final long word) {
        return word >>> (PAGE_BITS + DEPTH_BITS) == 1;
    }
}
