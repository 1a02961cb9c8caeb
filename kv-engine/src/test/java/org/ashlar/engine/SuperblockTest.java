package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.BufferUtil;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.Test;

final class SuperblockTest {
    @Test
    void theDiagramShowsTheOffsetsThatTheConstantsName() {
        assertEquals(
                List.of(
                        Superblock.MAGIC_OFFSET,
                        Superblock.VERSION_OFFSET,
                        Superblock.SEED_OFFSET,
                        Superblock.NEXT_INCARNATION_OFFSET,
                        Superblock.MOVING_OFFSET,
                        Superblock.MOVING_OFFSET + Long.BYTES),
                Diagram.numbersAbove(Superblock.class));
        assertEquals(Memory.LINE_BYTES, Superblock.CATALOG_TAIL_OFFSET);
        assertTrue(Superblock.MOVING_OFFSET + Long.BYTES <= Memory.LINE_BYTES, "one line, one persist");
        assertEquals(
                List.of(
                        RootTail.ROOT_OFFSET,
                        RootTail.COUNT_OFFSET,
                        RootTail.COUNT_OFFSET + Long.BYTES,
                        RootTail.BYTES),
                Diagram.numbersAbove(RootTail.class));
        assertEquals(RootTail.BYTES, RootTail.COUNT_OFFSET + 2 * Long.BYTES);
    }

    @Test
    void theMagicReadsAsTextInTheFile() {
        final ByteBuffer magic = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        magic.putLong(0, Superblock.MAGIC);
        assertEquals("ashlarHM", new String(magic.array(), StandardCharsets.US_ASCII));
    }

    @Test
    void aCountIsWhatWasSetOrUnknown() {
        final ByteBuffer memory = BufferUtil.allocateDirectAligned(64, 64);
        final long tail = BufferUtil.address(memory);
        assertEquals(-1, RootTail.count(tail), "zeros are no count");
        for (final long count : new long[] {0, 1, 1L << 40, Long.MAX_VALUE}) {
            RootTail.setCount(tail, count);
            assertEquals(count, RootTail.count(tail));
            RootTail.setCount(tail, -1);
            assertEquals(-1, RootTail.count(tail));
        }
        RootTail.setRoot(tail, -77);
        assertEquals(-1, RootTail.count(tail), "the words do not overlap");
    }
}
