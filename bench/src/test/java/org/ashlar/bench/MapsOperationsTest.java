package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapsOperationsTest {
    private static final int RECORDS = 1_000;

    @TempDir
    private Path directory;

    @Test
    void recordsAreSharedEvenlyAndFoundAgain() {
        try (Store store = Pools.open(directory.resolve("pool"))) {
            final List<KvMap> maps =
                    IntStream.range(0, 3).mapToObj(i -> store.map("map" + i)).toList();
            final SizedOperations operations = SizedOperations.ofRecords(maps, RECORDS);
            operations.insert().run(RECORDS);
            assertEquals(
                    List.of(334L, 333L, 333L), maps.stream().map(KvMap::size).toList());
            operations.update().run(RECORDS);
            assertEquals(RECORDS, maps.stream().mapToLong(KvMap::size).sum(), "updates insert nothing");
            operations.get().run(RECORDS); // checks each value
            assertTrue(store.verify().isSound());
        }
    }
}
