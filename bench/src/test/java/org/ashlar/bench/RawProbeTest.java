package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawProbeTest {
    private static final int RECORDS = 1_000;

    @TempDir
    private Path directory;

    @Test
    void recordsAreFoundWhereverTheFileIsMapped() {
        final Path file = directory.resolve("raw");
        final long bytes = RawProbe.bytes(RECORDS, 1);
        try (RawMapping mapping = RawMapping.create(file, bytes)) {
            new RawProbe(mapping, RECORDS).fillDurably();
        }
        try (RawMapping inTheWay = RawMapping.create(directory.resolve("other"), bytes);
                RawMapping mapping = RawMapping.reopen(file, bytes)) {
            new RawProbe(inTheWay, RECORDS).fill();
            final RawProbe.Operations operations = new RawProbe(mapping, RECORDS).operations(0, 1, 1);
            for (int i = 0; i < RECORDS; i++) {
                operations.getOne(i); // checks the key
                operations.updateOne(i);
                operations.getOne(i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1000})
    void valuesAreCopiedWholeAndNoneReachesIntoTheNext(final int valueBytes) {
        try (RawMapping mapping = RawMapping.create(directory.resolve("raw"), RawProbe.bytes(RECORDS, 1, valueBytes))) {
            final RawProbe probe = new RawProbe(mapping, RECORDS, valueBytes);
            probe.fill();
            final RawProbe.Operations operations = probe.operations(0, 1, 1);
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < RECORDS; i++) {
                    Arrays.fill(operations.target(), (byte) -1);
                    assertEquals(Records.key(i), operations.getOne(i));
                    for (int b = 2 * Long.BYTES; b < valueBytes; b++) {
                        assertEquals((byte) b, operations.target()[b]);
                    }
                }
                for (int i = 0; i < RECORDS; i++) {
                    operations.updateOne(i);
                }
            }
        }
    }

    /** Between two powers of two, and on both sides of one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 64, 65, 1000, 1023, 1024, 1025, 1500})
    void eachRecordHasAnEntryOfItsOwn(final int records) {
        try (RawMapping mapping = RawMapping.create(directory.resolve("raw"), RawProbe.bytes(records, 1))) {
            final RawProbe probe = new RawProbe(mapping, records);
            final RawProbe.Operations operations = probe.operations(0, 1, 1);
            for (int i = 0; i < records; i++) {
                assertFalse(operations.isThere(i), i + " of " + records);
                operations.insertOne(i);
                assertTrue(operations.isThere(i));
            }
            for (int i = 0; i < records; i++) {
                assertEquals(Records.key(i), operations.getOne(i));
                operations.deleteOne(i);
                assertFalse(operations.isThere(i));
            }
        }
    }
}
