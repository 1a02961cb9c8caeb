package org.ashlar.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ashlar.pmem.Geometry;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations against an oracle. */
final class RandomOperationsTest {
    private static final Geometry MIDDLE = new Geometry(256 << 10, 1 << 20, 200);

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private record Shape(String name, Tuning tuning, int maps, int keys, int largestValue) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Shape> SHAPES = List.of(
            new Shape("tiny", Tuning.tiny(), 3, 700, 60_000),
            new Shape("values of many chunks", Tuning.tiny(), 2, 60, 700_000),
            new Shape("many small records", Tuning.tiny(), 1, 12_000, 200),
            new Shape("chunks of 256 KiB", new Tuning(MIDDLE, 42), 4, 700, 300_000),
            new Shape("standard chunks", Tuning.STANDARD, 3, 150, 3_000_000));

    static Stream<Arguments> shapesAndSeeds() {
        return TestStores.seeds(30).boxed().flatMap(s -> SHAPES.stream().map(shape -> Arguments.of(shape, s)));
    }

    @ParameterizedTest
    @MethodSource("shapesAndSeeds")
    void aStoreDoesWhatAHashMapDoesOverCloseAndKill(final Shape shape, final long seed) {
        TestStores.repeatable(RandomOperationsTest.class, seed, () -> run(shape, seed));
    }

    private void run(final Shape shape, final long seed) {
        final Path path = folder.resolve("pool");
        final RandomOperations operations =
                new RandomOperations(seed, shape.maps(), shape.keys(), shape.largestValue());
        final int rounds = TestStores.LONG ? 12 : 5;
        for (int round = 0; round < rounds; round++) {
            final EngineStore store =
                    EngineStore.open(path, TestStores.options().withMaximumBytes(1L << 30), shape.tuning());
            if ((round & 1) == 0) {
                operations.run(store, TestStores.LONG ? 8_000 : 2_500, round % 3 == 2 ? 6 : 2);
                operations.compareAll(store);
            } else {
                operations.compareAll(store);
                operations.run(store, 1_000, 3);
            }
            TestStores.assertSound(store);
            if ((round & 2) == 0) {
                store.abandon();
            } else {
                store.close();
            }
        }
        try (EngineStore store = EngineStore.open(path, TestStores.options(), shape.tuning())) {
            operations.compareAll(store);
            TestStores.assertSound(store);
        }
    }
}
