package org.ashlar.pmem.sim;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which addresses show which part of the file. */
final class AddressMap {
    /** Contiguous addresses that show contiguous bytes of the file. */
    record Region(long address, long length, long fileOffset) {
        long end() {
            return address + length;
        }

        long toFileOffset(final long a) {
            return fileOffset + (a - address);
        }

        long toAddress(final long offset) {
            return address + (offset - fileOffset);
        }
    }

    private final TreeMap<Long, Region> regions = new TreeMap<>();
    private @Nullable Region last;

    /** Adds a mapping in place of whatever was mapped there, as {@code MAP_FIXED} does. */
    void add(final long address, final long length, final long fileOffset) {
        remove(address, length);
        regions.put(address, new Region(address, length, fileOffset));
    }

    void remove(final long address, final long length) {
        final long end = address + length;
        for (Region r = firstIn(address, end); r != null; r = firstIn(address, end)) {
            regions.remove(r.address);
            last = null;
            if (r.address < address) {
                regions.put(r.address, new Region(r.address, address - r.address, r.fileOffset));
            }
            if (r.end() > end) {
                regions.put(end, new Region(end, r.end() - end, r.toFileOffset(end)));
            }
        }
    }

    /** The lowest region that has an address in {@code [from, to)}. */
    @Nullable Region firstIn(final long from, final long to) {
        final Region cached = last;
        if (cached != null && cached.address <= from && from < cached.end()) {
            return cached;
        }
        final Map.Entry<Long, Region> below = regions.floorEntry(from);
        Region found = below == null ? null : below.getValue();
        if (found == null || found.end() <= from) {
            final Map.Entry<Long, Region> above = regions.higherEntry(from);
            found = above == null || above.getKey() >= to ? null : above.getValue();
        }
        if (found != null) {
            last = found;
        }
        return found;
    }

    Collection<Region> all() {
        return regions.values();
    }
}
