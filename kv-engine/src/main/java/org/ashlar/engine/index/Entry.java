package org.ashlar.engine.index;

/**
 * An index entry: one word, replaced by aligned 8-byte stores only.
 *
 * <pre>
 *   63            45    44     43     42                          0
 *  +----------------+--------+--------+------------------------------+
 *  | tag            | FROZEN | DIRTY  | linear offset of the record  |
 *  |                |        |        | in units of 8 bytes          |
 *  +----------------+--------+--------+------------------------------+
 * </pre>
 *
 * <p>0 is empty. DIRTY: not known to be durable; whoever meets it persists the line before relying on it. DIRTY with offset 0 is a
 * tombstone: it becomes empty after its fence. FROZEN: its page is being split, or was; the page's forward word tells whether the
 * entry still counts. A reader that finds its key in an entry without FROZEN need not look at the page's header at all: one cache
 * miss less. The tag is {@value #TAG_BITS} bits of the hash, from a multiple of {@value #WINDOW} on below the page's depth, so at least
 * 11 of them say more than the page's prefix does, and seven splits of eight find the next prefix bit in the tag. Its lowest
 * {@value #SHORT_TAG_BITS} bits, which always lie below the prefix, are repeated in the tag word of the entry's line.
 */
final class Entry {
    static final int OFFSET_BITS = 43;
    static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
    static final long DIRTY = 1L << OFFSET_BITS;
    static final long FROZEN = DIRTY << 1;
    static final int TAG_BITS = 19;
    static final int TAG_SHIFT = OFFSET_BITS + 2;
    static final int SHORT_TAG_BITS = 8;
    static final int WINDOW = 8;
    static final int UNIT_SHIFT = 3;

    private Entry() {}

    static long of(final int tag, final long linearOffset) {
        return (long) tag << TAG_SHIFT | linearOffset >>> UNIT_SHIFT;
    }

    static int tag(final long entry) {
        return (int) (entry >>> TAG_SHIFT);
    }

    static long linearOffset(final long entry) {
        return (entry & OFFSET_MASK) << UNIT_SHIFT;
    }

    /** In what an entry differs from an empty one that bears this tag; for {@link #isPlain} and {@link #plainOffset}. */
    static long difference(final long entry, final int tag) {
        return entry
                ^ Long.rotateLeft(tag, TAG_SHIFT); // of shifts there and back the compiler makes a mask to be loaded
    }

    /** Whether the entry bears the tag, and is neither DIRTY nor FROZEN. */
    static boolean isPlain(final long difference) {
        return difference >>> OFFSET_BITS == 0;
    }

    /** Linear offset of the record of a {@linkplain #isPlain plain} entry. */
    static long plainOffset(final long difference) {
        return difference << UNIT_SHIFT;
    }

    static boolean hasRecord(final long entry) {
        return (entry & OFFSET_MASK) != 0;
    }

    static boolean isDirty(final long entry) {
        return (entry & DIRTY) != 0;
    }

    static boolean isFrozen(final long entry) {
        return (entry & FROZEN) != 0;
    }

    /** First hash bit (counted from the top) that the tags of a page of this depth hold. */
    static int windowOf(final int depth) {
        return depth & -WINDOW;
    }

    /** The tag of a hash in a page of this depth. */
    static int tagOf(final long hash, final int depth) {
        return (int) (hash << windowOf(depth) >>> (Long.SIZE - TAG_BITS));
    }

    /** The hash bit that tells the two children of a page of this depth apart; it lies in the tag. */
    static int childOf(final int tag, final int depth) {
        return tag >>> (TAG_BITS - 1 - (depth & (WINDOW - 1))) & 1;
    }
}
