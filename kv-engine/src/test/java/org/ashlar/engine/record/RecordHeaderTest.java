package org.ashlar.engine.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.ashlar.engine.Diagram;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordHeaderTest {
    private static final ByteBuffer MEMORY = BufferUtil.allocateDirectAligned(1 << 17, 64);
    private static final long RECORD = BufferUtil.address(MEMORY);

    @Test
    void theDiagramShowsTheOffsetsThatTheConstantsName() {
        assertEquals(
                List.of(
                        RecordHeader.CRC_OFFSET,
                        RecordHeader.SPACE_INCARNATION_OFFSET,
                        RecordHeader.MAP_INCARNATION_OFFSET,
                        RecordHeader.VALUE_LENGTH_OFFSET,
                        RecordHeader.OPEN_OFFSET,
                        RecordHeader.BYTES),
                Diagram.numbersAbove(RecordHeader.class));
        assertEquals(RecordHeader.SPACE_INCARNATION_OFFSET + 2, RecordHeader.KEY_LENGTH_OFFSET);
        assertEquals(RecordHeader.KEY_LENGTH_OFFSET + 2, RecordHeader.MAP_INCARNATION_OFFSET);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,0,0", "0,1,0", "13,100,0", "65535,0,0", "7,60000,0", "9,40,24", "3,8150,0", "3,30000,24"})
    void aRecordGivesBackWhatWentInAndEveryFlippedByteIsSeen(
            final int keyLength, final int valueLength, final int tail) {
        final byte[] key = new byte[keyLength];
        final byte[] value = new byte[valueLength];
        new SplittableRandom(keyLength).nextBytes(key);
        new SplittableRandom(valueLength).nextBytes(value);
        final Scratch scratch = new Scratch(1);
        scratch.writeRecord(
                RECORD, 0xFFFE, -5, 9, key, Memory.ARRAY_BASE, keyLength, value, Memory.ARRAY_BASE, valueLength, tail);
        assertEquals(0xFFFE, RecordHeader.spaceIncarnation(RECORD));
        assertEquals(-5, RecordHeader.mapIncarnation(RECORD));
        assertEquals(keyLength, RecordHeader.keyLength(RECORD));
        assertEquals(valueLength, RecordHeader.valueLength(RECORD));
        assertEquals(9, Memory.getInt(RECORD + RecordHeader.OPEN_OFFSET));
        assertTrue(Keys.matches(RECORD, RecordHeader.mapBits(-5), key, Memory.ARRAY_BASE, keyLength));
        assertFalse(Keys.matches(RECORD, RecordHeader.mapBits(-4), key, Memory.ARRAY_BASE, keyLength), "another map");
        final long size = RecordHeader.size(keyLength, valueLength);
        assertTrue(scratch.isRecordIntact(RECORD, tail, size));
        assertFalse(scratch.isRecordIntact(RECORD, tail, size - 1), "it would not lie within its space");
        for (long at = 0; at < size; at += at < 200 || at > size - 200 ? 1 : 997) {
            if (at >= RecordHeader.KEY_LENGTH_OFFSET && at < RecordHeader.OPEN_OFFSET) {
                continue; // lengths are checked against the space before the checksum is
            }
            Memory.putLong(RECORD + at, Memory.getLong(RECORD + at) ^ 0x40);
            assertEquals(at >= size - tail, scratch.isRecordIntact(RECORD, tail, size), "byte " + at + " of " + size);
            Memory.putLong(RECORD + at, Memory.getLong(RECORD + at) ^ 0x40);
        }
        assertTrue(scratch.isRecordIntact(RECORD, tail, size));
    }

    @Test
    void aHashDependsOnTheKeysBytesAndNotOnWhereTheyLie() {
        final Keys keys = new Keys(42);
        final SplittableRandom random = new SplittableRandom(3);
        for (int length = 0; length < 300; length++) {
            final byte[] key = new byte[length];
            random.nextBytes(key);
            final long hash = keys.hash(key, Memory.ARRAY_BASE, length);
            for (int shift = 0; shift < 9; shift++) {
                Memory.copyIn(key, Memory.ARRAY_BASE, RECORD + shift, length);
                assertEquals(hash, keys.hash(null, RECORD + shift, length));
            }
        }
    }
}
