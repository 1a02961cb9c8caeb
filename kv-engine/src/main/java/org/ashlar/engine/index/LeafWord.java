package org.ashlar.engine.index;

/**
 * A word that names a page of the index: in a segment (a leaf), in a root record (a segment), in the root word of a map (its only
 * leaf). A hint. 0 names none: page 0 of a pool is never an index page.
 *
 * <pre>
 *   63   46 45                  12 11  6 5         0
 *  +-------+----------------------+-----+-----------+
 *  | 0     | page number          | 0   | depth     |
 *  +-------+----------------------+-----+-----------+
 * </pre>
 *
 * <p>The page number stands where it is the page's linear offset, so that a reader needs one comparison to know that a word can be followed:
 * any of the zero bits set would make it larger than every offset in use, or negative.
 */
final class LeafWord {
    static final int PAGE_BITS = 34;
    static final int PAGE_SHIFT = 12;
    static final long PAGE_MASK = (1L << PAGE_BITS) - 1;
    static final int DEPTH_BITS = 6;

    private static final long OFFSET_MASK = PAGE_MASK << PAGE_SHIFT;
    private static final int DEPTH_MASK = (1 << DEPTH_BITS) - 1;

    private LeafWord() {}

    static long of(final long page, final int depth) {
        return page << PAGE_SHIFT | depth;
    }

    static long page(final long word) {
        return (word & OFFSET_MASK) >>> PAGE_SHIFT;
    }

    static long linearOffset(final long word) {
        return word & -1L << PAGE_SHIFT;
    }

    static int depth(final long word) {
        return (int) word & DEPTH_MASK; // of an int: for shifts by it the compiler leaves the mask out
    }

    static boolean isValid(final long word) {
        return (word & OFFSET_MASK) != 0 && (word & ~(OFFSET_MASK | DEPTH_MASK)) == 0;
    }
}
