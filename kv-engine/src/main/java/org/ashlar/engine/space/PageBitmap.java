package org.ashlar.engine.space;

import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.Memory;

/** The bitmap in a chunk's header: one bit for each page (or span) of the chunk. Called with the space lock held. */
final class PageBitmap {
    private PageBitmap() {}

    static boolean get(final long header, final int bit) {
        return (Memory.getLong(wordAddress(header, bit)) & 1L << bit) != 0;
    }

    static void set(final long header, final int from, final int count) {
        for (int bit = from; bit < from + count; bit++) {
            final long word = wordAddress(header, bit);
            Memory.putLong(word, Memory.getLong(word) | 1L << bit);
        }
    }

    static void clear(final long header, final int from, final int count) {
        for (int bit = from; bit < from + count; bit++) {
            final long word = wordAddress(header, bit);
            Memory.putLong(word, Memory.getLong(word) & ~(1L << bit));
        }
    }

    /** First bit that is clear, or {@code bits} when none is. */
    static int firstClear(final long header, final int bits) {
        return firstClearRun(header, bits, 1);
    }

    /** First bit of a run of so many clear bits, or {@code bits} when there is none. */
    static int firstClearRun(final long header, final int bits, final int length) {
        int run = 0;
        for (int bit = 0; bit < bits; bit++) {
            if (run == 0 && (bit & 63) == 0 && Memory.getLong(wordAddress(header, bit)) == -1L) {
                bit += 63;
                continue;
            }
            run = get(header, bit) ? 0 : run + 1;
            if (run == length) {
                return bit - length + 1;
            }
        }
        return bits;
    }

    static boolean isAllClear(final long header, final int bits) {
        for (int bit = 0; bit < bits; bit += Long.SIZE) {
            if (Memory.getLong(wordAddress(header, bit)) != 0) {
                return false;
            }
        }
        return true;
    }

    static int countSet(final long header, final int bits) {
        int sum = 0;
        for (int bit = 0; bit < bits; bit += Long.SIZE) {
            sum += Long.bitCount(Memory.getLong(wordAddress(header, bit)));
        }
        return sum;
    }

    private static long wordAddress(final long header, final int bit) {
        return header + ChunkHeader.BITMAP_OFFSET + (long) (bit >>> 6) * Long.BYTES;
    }
}
