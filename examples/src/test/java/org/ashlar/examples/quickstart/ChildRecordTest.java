package org.ashlar.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ChildRecordTest {
    private static final long SEQUENCE = 4711;

    @Test
    void aWholeValueTellsItsWrite() {
        for (long sequence = 0; sequence < 1_000; sequence++) {
            assertEquals(sequence, ChildRecord.sequenceOf(ChildRecord.value(sequence)));
        }
    }

    @Test
    void aValueThatIsNotWholeIsOfNoWrite() {
        final byte[] whole = ChildRecord.value(SEQUENCE);
        assertTrue(whole.length > Long.BYTES);
        assertEquals(Acknowledged.NO_WRITE, ChildRecord.sequenceOf(Arrays.copyOf(whole, whole.length - 1)));
        assertEquals(Acknowledged.NO_WRITE, ChildRecord.sequenceOf(Arrays.copyOf(whole, whole.length + 1)));
        assertEquals(Acknowledged.NO_WRITE, ChildRecord.sequenceOf(new byte[0]));
        for (final int at : new int[] {0, Long.BYTES, whole.length - 1}) {
            final byte[] torn = whole.clone();
            torn[at] ^= 0x40;
            assertEquals(Acknowledged.NO_WRITE, ChildRecord.sequenceOf(torn), "byte " + at);
        }
    }

    @Test
    void aChildOverwritesAsWellAsItInserts() {
        final long writes = 10_000;
        final long keys =
                LongStream.range(0, writes).map(ChildRecord::keyOf).distinct().count();
        assertTrue(keys > writes / 10 && keys < writes / 2, keys + " keys");
    }
}
