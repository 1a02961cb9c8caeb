package org.ashlar.engine.index;

/**
 * The root of a map: a {@link LeafWord}, while the map has one page, or the place of its root record.
 *
 * <pre>
 *   63   62     61  48 47       43 42                                    0
 *  +----+------+------+-----------+---------------------------------------+
 *  | 0  | ROOT | 0    | root bits | linear offset of the root record / 8  |
 *  +----+------+------+-----------+---------------------------------------+
 * </pre>
 */
final class RootWord {
    static final long ROOT = 1L << 62;
    static final int BITS_SHIFT = 43;
    static final int BITS_BITS = 5;
    static final int LARGEST_BITS = 24;

    private RootWord() {}

    static long of(final long linearOffset, final int bits) {
        return ROOT | (long) bits << BITS_SHIFT | linearOffset >>> Entry.UNIT_SHIFT;
    }

    static boolean isRoot(final long word) {
        return (word & ROOT) != 0;
    }

    static long linearOffset(final long word) {
        return (word & Entry.OFFSET_MASK) << Entry.UNIT_SHIFT;
    }

    /** The array has two to this many words. */
    static int bits(final long word) {
        return (int) (word >>> BITS_SHIFT) & (1 << BITS_BITS) - 1;
    }
}
