package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.ashlar.pmem.ChunkHeader;
import org.junit.jupiter.api.Test;

final class PageBitmapTest {
    private static final int ROUNDS = 20_000;
    private static final int[] SIZES = {4, 16, 64, 100, 512};

    private final ByteBuffer memory = ByteBuffer.allocateDirect(ChunkHeader.BYTES);
    private final long header = BufferUtil.address(memory);

    @Test
    void runsAreFoundAsInAPlainSetOfBits() {
        final long seed = 20_261_125;
        final SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            final int bits = SIZES[random.nextInt(SIZES.length)];
            final BitSet expected = new BitSet(bits);
            PageBitmap.clear(header, 0, 512);
            for (int i = random.nextInt(12); i > 0; i--) {
                final int from = random.nextInt(bits);
                final int count = 1 + random.nextInt(bits - from);
                if (random.nextInt(3) == 0) {
                    PageBitmap.clear(header, from, count);
                    expected.clear(from, from + count);
                } else {
                    PageBitmap.set(header, from, count);
                    expected.set(from, from + count);
                }
            }
            compare(bits, expected, 1 + random.nextInt(bits), "seed " + seed + ", round " + round);
        }
    }

    private void compare(final int bits, final BitSet expected, final int length, final String what) {
        int longest = 0;
        int firstOfLength = bits;
        for (int from = 0; from < bits; from++) {
            final int set = expected.nextSetBit(from);
            final int run = (set < 0 ? bits : set) - from;
            assertEquals(from + run, PageBitmap.nextSet(header, bits, from), what);
            assertEquals(Math.min(bits, expected.nextClearBit(from)), PageBitmap.nextClear(header, bits, from), what);
            longest = Math.max(longest, run);
            firstOfLength = run >= length ? Math.min(firstOfLength, from) : firstOfLength;
        }
        assertEquals(longest, PageBitmap.longestClearRun(header, bits), what);
        assertEquals(firstOfLength, PageBitmap.firstClearRun(header, bits, length), what);
        assertEquals(expected.cardinality(), PageBitmap.countSet(header, bits), what);
    }
}
