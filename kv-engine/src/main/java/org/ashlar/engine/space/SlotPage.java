package org.ashlar.engine.space;

import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Memory;

/**
 * What the descriptor of a page of slots says. Its fields, under the descriptor's lock: bitmap (a set bit: taken), count (bits set),
 * flags ({@link #ACTIVE}, {@link #LISTED}, {@link #PENDING}, {@link #LEAVING}, size class plus one, span incarnation), next (list link: page plus
 * one), reserved (offset of the first slot in the page, and number of slots that begin in it).
 */
final class SlotPage {
    /** Somebody allocates from it, or it waits for its first. */
    static final int ACTIVE = 2;

    /** On the list of its size class. */
    static final int LISTED = 4;

    /** Judged in this open, and an epoch has to pass before what was found dead in it may be used. */
    static final int PENDING = 8;

    /** Its records are on their way elsewhere: nothing is allocated from it. */
    static final int LEAVING = 16;

    private static final int CLASS_SHIFT = 8;
    static final int CLASS_MASK = 0xFF << CLASS_SHIFT;
    private static final int INCARNATION_SHIFT = 16;
    static final int CAPACITY_SHIFT = 16;
    static final int FIRST_MASK = 0xFFFF;

    private SlotPage() {}

    static int flags(final long descriptor) {
        return Memory.getInt(descriptor + CoreDescriptor.FLAGS_OFFSET);
    }

    static void setFlags(final long descriptor, final int flags) {
        Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags);
    }

    static int count(final long descriptor) {
        return Memory.getInt(descriptor + CoreDescriptor.COUNT_OFFSET);
    }

    /** Offset of the first slot in the page, and above it the number of slots. */
    static long shape(final long descriptor) {
        return Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET);
    }

    /** Number of slots that begin in the page. */
    static int capacity(final long descriptor) {
        return (int) (shape(descriptor) >>> CAPACITY_SHIFT);
    }

    /** Size class; -1 when the span has none. */
    static int classOf(final int flags) {
        return ((flags & CLASS_MASK) >>> CLASS_SHIFT) - 1;
    }

    static int incarnationOf(final int flags) {
        return flags >>> INCARNATION_SHIFT;
    }

    static int flagsOf(final int sizeClass, final int incarnation) {
        return CoreDescriptor.CORE | (sizeClass + 1) << CLASS_SHIFT | incarnation << INCARNATION_SHIFT;
    }

    /** Address of the bitmap word of a slot. */
    static long word(final long descriptor, final int slot) {
        return descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (slot >>> 6) * Long.BYTES;
    }

    static boolean isTaken(final long descriptor, final int slot) {
        return (Memory.getLong(word(descriptor, slot)) & 1L << slot) != 0;
    }
}
