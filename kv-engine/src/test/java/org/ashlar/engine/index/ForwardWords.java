package org.ashlar.engine.index;

import org.ashlar.pmem.Memory;

/** Forward words, for tests of what happens while they are not durable. */
public final class ForwardWords {
    private ForwardWords() {}

    /**
     * Where the forward word of a leaf page is.
     *
     * @param page its address
     * @return the word's address
     */
    public static long addressIn(final long page) {
        return page + IndexPage.FORWARD_OFFSET;
    }

    /**
     * Whether a split of one of the children of a page is visible but not known to be durable.
     *
     * @param data address of linear byte 0
     * @param page address of a leaf page
     * @return true when the page was split, and the forward word of a child is DIRTY
     */
    public static boolean isDirtyBelow(final long data, final long page) {
        final long forward = Memory.getLong(addressIn(page)) & ~ForwardWord.DIRTY;
        for (int which = 0; forward != 0 && which < 2; which++) {
            final long child = data + ForwardWord.child(forward, which) * IndexPage.BYTES;
            if (ForwardWord.isDirty(Memory.getLong(addressIn(child)))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a page has a forward word, durable or not.
     *
     * @param page address of a leaf
     * @return true when it was split
     */
    public static boolean isSetIn(final long page) {
        return Memory.getLong(addressIn(page)) != 0;
    }
}
