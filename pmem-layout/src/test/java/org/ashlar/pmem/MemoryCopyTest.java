package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Copies of every small length and some larger ones, at every alignment, of bytes that a floating-point unit would change if it took them for
 * numbers; often enough to be compiled.
 */
final class MemoryCopyTest {
    private static final long QUIET_NAN_WITH_PAYLOAD = 0xFFF8_0000_DEAD_BEEFL;
    private static final long[] SPECIAL = {
        0x7FF0_0000_0000_0001L, // signalling NaN
        0xFFF4_5555_5555_5555L, // signalling NaN, negative
        QUIET_NAN_WITH_PAYLOAD,
        0x8000_0000_0000_0000L, // negative zero
        0x0000_0000_0000_0001L, // subnormal
        0x7F80_0001_FF80_0001L, // signalling NaNs of single precision, two by two
    };
    private static final int LARGEST = 300;
    private static final int MARGIN = 8;
    private static final int ROUNDS = 60;
    private static final byte UNTOUCHED = 0x5A;

    private final ByteBuffer mapped = ByteBuffer.allocateDirect(LARGEST + 3 * MARGIN);
    private final long address = BufferUtil.address(mapped);
    private final byte[] heap = new byte[LARGEST + 3 * MARGIN];
    private final byte[] target = new byte[LARGEST + 3 * MARGIN];
    private final Random random = new Random(7);

    @BeforeEach
    void fillWithWordsThatAreSpecialAsNumbers() {
        final ByteBuffer words = ByteBuffer.wrap(heap);
        while (words.remaining() >= Long.BYTES) {
            final int choice = random.nextInt(SPECIAL.length + 1);
            words.putLong(choice == SPECIAL.length ? random.nextLong() : SPECIAL[choice]);
        }
    }

    @Test
    void copyInKeepsEveryBit() {
        for (int round = 0; round < ROUNDS; round++) {
            for (int length = 0; length <= LARGEST; length++) {
                final int from = round & (MARGIN - 1);
                final int to = MARGIN + (length & (MARGIN - 1));
                fillMapped();
                Memory.copyIn(heap, Memory.ARRAY_BASE + from, address + to, length);
                final byte[] found = new byte[mapped.capacity()];
                mapped.get(0, found);
                assertArrayEquals(expected(from, to, length), found, () -> "copyIn from " + from + " to " + to);
            }
        }
    }

    @Test
    void copyOutKeepsEveryBit() {
        mapped.put(0, heap);
        for (int round = 0; round < ROUNDS; round++) {
            for (int length = 0; length <= LARGEST; length++) {
                final int from = round & (MARGIN - 1);
                final int to = MARGIN + (length & (MARGIN - 1));
                Arrays.fill(target, UNTOUCHED);
                Memory.copyOut(address + from, target, Memory.ARRAY_BASE + to, length);
                assertArrayEquals(expected(from, to, length), target, () -> "copyOut from " + from + " to " + to);
            }
        }
    }

    @Test
    void copyToHeapKeepsEveryBit() {
        mapped.put(0, heap);
        for (int round = 0; round < ROUNDS; round++) {
            for (int length = 0; length <= LARGEST; length++) {
                final int from = round & (MARGIN - 1);
                final int to = MARGIN + (length & (MARGIN - 1));
                Arrays.fill(target, UNTOUCHED);
                Memory.copyToHeap(null, address + from, target, to, length);
                assertArrayEquals(expected(from, to, length), target, () -> "copyToHeap from " + from + " to " + to);
            }
        }
    }

    private void fillMapped() {
        for (int i = 0; i < mapped.capacity(); i++) {
            mapped.put(i, UNTOUCHED);
        }
    }

    private byte[] expected(final int from, final int to, final int length) {
        final byte[] bytes = new byte[heap.length];
        Arrays.fill(bytes, UNTOUCHED);
        System.arraycopy(heap, from, bytes, to, length);
        return bytes;
    }
}
