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
        for (int bit = nextClear(header, bits, 0); bit < bits; ) {
            final int end = nextSet(header, bits, bit);
            if (end - bit >= length) {
                return bit;
            }
            bit = nextClear(header, bits, end);
        }
        return bits;
    }

    /** First clear bit from a bit on, or {@code bits} when there is none. */
    static int nextClear(final long header, final int bits, final int from) {
        for (int bit = from; bit < bits; bit = (bit | 63) + 1) {
            final long clear = ~Memory.getLong(wordAddress(header, bit)) >>> bit;
            if (clear != 0) {
                return Math.min(bits, bit + Long.numberOfTrailingZeros(clear));
            }
        }
        return bits;
    }

    /** First set bit from a bit on, or {@code bits} when there is none. */
    static int nextSet(final long header, final int bits, final int from) {
        for (int bit = from; bit < bits; bit = (bit | 63) + 1) {
            final long set = Memory.getLong(wordAddress(header, bit)) >>> bit;
            if (set != 0) {
                return Math.min(bits, bit + Long.numberOfTrailingZeros(set));
            }
        }
        return bits;
    }

    /** Length of the longest run of clear bits. */
    static int longestClearRun(final long header, final int bits) {
        int longest = 0;
        for (int bit = nextClear(header, bits, 0); bit < bits; ) {
            final int end = nextSet(header, bits, bit);
            longest = Math.max(longest, end - bit);
            bit = nextClear(header, bits, end);
        }
        return longest;
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
