package org.ashlar.engine.index;

import org.ashlar.pmem.Memory;

/** An index page whose header says that it is something else. */
public final class DamagedLeaf {
    private DamagedLeaf() {}

    /**
     * Changes the header of the last leaf of a map, or changes it back.
     *
     * @param page address of the leaf
     */
    public static void flip(final long page) {
        Memory.putLong(page + IndexPage.IDENTITY_OFFSET, ~Memory.getLong(page + IndexPage.IDENTITY_OFFSET));
    }

    /**
     * The leaf that a walk of a map comes to last.
     *
     * @param index of the map
     * @return its address
     */
    public static long lastOf(final HashIndex index) {
        final long[] last = new long[1];
        index.walk((page, records, count) -> {
            last[0] = page;
            return true;
        });
        return last[0];
    }
}
