package org.ashlar.engine.index;

import org.ashlar.pmem.Memory;

/** What a kill between an entry's store and its fence leaves. */
public final class DirtyEntries {
    private DirtyEntries() {}

    /**
     * Sets DIRTY on each entry of a map.
     *
     * @param index of the map, in a writable store that is about to be abandoned
     * @return address of the last of them
     */
    public static long setIn(final HashIndex index) {
        final long[] last = {0};
        index.walk((page, records, count) -> {
            for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
                for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                    final long address = IndexPage.entry(IndexPage.line(page, line), j);
                    final long entry = Memory.getLong(address);
                    if (Entry.hasRecord(entry)) {
                        Memory.putLong(address, entry | Entry.DIRTY);
                        last[0] = address;
                    }
                }
            }
            return true;
        });
        return last[0];
    }
}
