package org.ashlar.engine.index;

/**
 * The forward word of a leaf page: 0, or where its two children are. Writing it is the commit of a split.
 *
 * <pre>
 *    63     62     61                        34 33                    0
 *  +-------+-------+----------------------------+-----------------------+
 *  | VALID | DIRTY | page of child 1 minus      | page of child 0       |
 *  |       |       | page of child 0, signed    |                       |
 *  +-------+-------+----------------------------+-----------------------+
 * </pre>
 */
final class ForwardWord {
    static final long VALID = 1L << 63;
    static final long DIRTY = 1L << 62;
    static final int DELTA_BITS = 28;

    private ForwardWord() {}

    /** Whether two pages are near enough to each other. */
    static boolean fits(final long child0, final long child1) {
        final long delta = child1 - child0;
        return delta >= -(1L << (DELTA_BITS - 1)) && delta < 1L << (DELTA_BITS - 1);
    }

    static long of(final long child0, final long child1) {
        return VALID | (child1 - child0 & (1L << DELTA_BITS) - 1) << LeafWord.PAGE_BITS | child0;
    }

    static boolean isDirty(final long word) {
        return (word & DIRTY) != 0;
    }

    static long child(final long word, final int which) {
        final long child0 = word & LeafWord.PAGE_MASK;
        return which == 0 ? child0 : child0 + (word << 2 >> (2 + LeafWord.PAGE_BITS));
    }
}
