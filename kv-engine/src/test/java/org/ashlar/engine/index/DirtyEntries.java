package org.ashlar.engine.index;

import org.ashlar.pmem.Memory;

/** What a kill between an entry's store and its fence leaves. */
public final class DirtyEntries {
    private DirtyEntries() {}

    /**
     * Sets DIRTY on each entry of a map.
     *
     * @param index of the map, in a writable store that is about to be abandoned
     */
    public static void setIn(final HashIndex index) {
        index.walk((page, records, count) -> {
            for (int offset = IndexPage.LINE_BYTES; offset < IndexPage.BYTES; offset += Long.BYTES) {
                final long entry = Memory.getLong(page + offset);
                if (Entry.hasRecord(entry)) {
                    Memory.putLong(page + offset, entry | Entry.DIRTY);
                }
            }
            return true;
        });
    }
}
