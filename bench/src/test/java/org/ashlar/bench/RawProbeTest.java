package org.ashlar.bench;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
