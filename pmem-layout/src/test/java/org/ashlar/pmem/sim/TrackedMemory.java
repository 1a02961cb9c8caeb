package org.ashlar.pmem.sim;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/** The lines and words of the file that ranges of addresses show. */
final class TrackedMemory {
    private static final int LINE_BYTES = Memory.LINE_BYTES;
    private static final int WORD_BYTES = Long.BYTES;

    private final AddressMap addresses;
    private final PendingStores stores;
    private final VolatileRanges volatileRanges;
    private long cleanLines;

    TrackedMemory(final AddressMap addresses, final PendingStores stores, final VolatileRanges volatileRanges) {
        this.addresses = addresses;
        this.stores = stores;
        this.volatileRanges = volatileRanges;
    }

    /** Whether stores to a range of addresses count: the file shows there, and not what is volatile. */
    boolean shows(final long from, final long to) {
        long at = from;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            at = Math.max(at, r.address());
            final long end = Math.min(to, r.end());
            for (; at < end; at = (at & -LINE_BYTES) + LINE_BYTES) {
                if (!volatileRanges.contains(r.toFileOffset(at))) {
                    return true;
                }
            }
            if (end == to) {
                break;
            }
            at = end;
        }
        return false;
    }

    /** The line that an address shows; null where none is pending there. */
    @Nullable PendingLine pendingAt(final long address) {
        final AddressMap.Region r = addresses.firstIn(address, address + 1);
        return r == null ? null : stores.lineAt(r.toFileOffset(address));
    }

    /** The lines of a range that have pending stores. */
    List<PendingLine> pendingIn(final long from, final long to) {
        final List<PendingLine> lines = new ArrayList<>();
        long at = from & -LINE_BYTES;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            final long end = Math.min(to, r.end());
            for (at = Math.max(at, r.address()); at < end; at += LINE_BYTES) {
                final PendingLine line = stores.lineAt(r.toFileOffset(at));
                if (line != null) {
                    lines.add(line);
                } else {
                    cleanLines++;
                }
            }
            if (end == to) {
                break;
            }
        }
        return lines;
    }

    /** So many lines were asked for by {@link #pendingIn} that had no pending stores. */
    long cleanLines() {
        return cleanLines;
    }

    /** Reads the words that a store has changed, and adds them to what is pending. */
    void record(final long from, final long to, final boolean isRelease, final int thread) {
        long at = from;
        for (AddressMap.Region r = addresses.firstIn(at, to); r != null; r = addresses.firstIn(at, to)) {
            at = Math.max(at, r.address());
            final long end = Math.min(to, r.end());
            while (at < end) {
                final long word = at & -WORD_BYTES;
                final long next = Math.min(end, word + WORD_BYTES);
                final long offset = r.toFileOffset(word);
                if (!volatileRanges.contains(offset)) {
                    stores.add(offset, mask(at - word, next - word), Memory.getLong(word), isRelease, thread);
                }
                at = next;
            }
            if (end == to) {
                break;
            }
        }
    }

    private static int mask(final long fromByte, final long toByte) {
        return (int) ((1L << toByte) - (1L << fromByte));
    }
}
