package org.ashlar.engine;

import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;

/**
 * The part of a map's catalog record that changes in place, outside the record's checksum; each word on its own.
 *
 * <pre>
 *    0            8                              16       24
 *   +------------+------------------------------+--------+
 *   | root word  | VALID (bit 63), entry count  | 0      |
 *   +------------+------------------------------+--------+
 * </pre>
 *
 * <p>VALID is cleared, durably, before the first change of the map in an open, and set when the store is closed.
 */
final class RootTail {
    static final int ROOT_OFFSET = 0;
    static final int COUNT_OFFSET = ROOT_OFFSET + Long.BYTES;
    static final int BYTES = RecordHeader.TAIL_BYTES;
    static final long COUNT_VALID = 1L << 63;

    private RootTail() {}

    static void setRoot(final long tail, final long word) {
        Memory.putLongRelease(tail + ROOT_OFFSET, word);
    }

    /** Entries, or -1 when the count is not valid. */
    static long count(final long tail) {
        final long word = Memory.getLong(tail + COUNT_OFFSET);
        return (word & COUNT_VALID) != 0 ? word & ~COUNT_VALID : -1;
    }

    static void setCount(final long tail, final long count) {
        Memory.putLongRelease(tail + COUNT_OFFSET, count < 0 ? 0 : count | COUNT_VALID);
    }
}
