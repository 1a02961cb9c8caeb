package org.ashlar.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class AcknowledgedTest {
    private static final long WRITES = 5_000;

    private final Acknowledged acknowledged = new Acknowledged();

    private void write() {
        LongStream.range(0, WRITES).forEach(acknowledged::acknowledge);
    }

    @Test
    void onlyTheLastAcknowledgedWriteOfAKeyIsRight() {
        write();
        for (long sequence = 0; sequence < WRITES; sequence++) {
            final int key = ChildRecord.keyOf(sequence);
            final long last = acknowledged.lastByKey().getOrDefault(key, Acknowledged.NO_WRITE);
            assertEquals(sequence == last, acknowledged.allows(key, sequence), "write " + sequence);
        }
    }

    @Test
    void anAcknowledgedKeyMustBeThere() {
        write();
        acknowledged.killed();
        assertFalse(acknowledged.allows(ChildRecord.keyOf(WRITES - 1), Acknowledged.NO_WRITE));
    }

    @Test
    void theWriteInFlightMayBeThereOrNot() {
        write();
        acknowledged.killed();
        final int key = ChildRecord.keyOf(WRITES);
        final long before = acknowledged.lastByKey().getOrDefault(key, Acknowledged.NO_WRITE);
        assertTrue(acknowledged.allows(key, WRITES));
        assertTrue(acknowledged.allows(key, before));
        assertFalse(acknowledged.allows(key + 1, WRITES));
        assertFalse(acknowledged.allows(ChildRecord.keyOf(WRITES + 1), WRITES + 1));
        assertEquals("1 there and whole", acknowledged.fates(Map.of(key, WRITES)));
        assertEquals("1 not there", acknowledged.fates(Map.of()));
    }

    @Test
    void aWriteInFlightIsWrongOnceItsKeyWasWrittenAgain() {
        acknowledged.killed();
        final int key = ChildRecord.keyOf(0);
        long sequence = acknowledged.nextSequence();
        acknowledged.acknowledge(sequence);
        while (ChildRecord.keyOf(sequence) != key) {
            sequence++;
            acknowledged.acknowledge(sequence);
        }
        assertFalse(acknowledged.allows(key, 0));
        assertTrue(acknowledged.allows(key, sequence));
        assertEquals("1 overwritten since", acknowledged.fates(Map.of(key, sequence)));
    }

    @Test
    void anAcknowledgementOutOfTurnIsNoticed() {
        assertThrows(QuickstartException.class, () -> acknowledged.acknowledge(1));
    }
}
