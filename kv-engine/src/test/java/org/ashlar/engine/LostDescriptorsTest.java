package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.DescriptorAreas;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.sim.FileRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Descriptors are derived: whatever is done to them between two opens, nothing is lost. {@code -Dashlar.long=true} runs more seeds, over more
 * opens.
 */
final class LostDescriptorsTest {
    private static final Geometry GEOMETRY =
            Objects.requireNonNull(Tuning.tiny().geometry());

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private enum Spoiling {
        ZEROS,
        ONES,
        NOISE,
        AN_EARLIER_STATE
    }

    static Stream<Arguments> spoilingsAndSeeds() {
        return TestStores.seeds(20)
                .boxed()
                .flatMap(seed -> Arrays.stream(Spoiling.values()).map(how -> Arguments.of(how, seed)));
    }

    static LongStream seeds() {
        return TestStores.seeds(20);
    }

    private static byte[] read(final Path file, final FileRange area) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(area.length()));
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining() && channel.read(bytes, area.offset() + bytes.position()) > 0) {
                // goes on
            }
        }
        return bytes.array();
    }

    private static void spoil(
            final Path file,
            final List<FileRange> areas,
            final Spoiling how,
            final List<byte[]> earlier,
            final long seed)
            throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < areas.size(); i++) {
                final byte[] bytes = new byte[Math.toIntExact(areas.get(i).length())];
                switch (how) {
                    case ZEROS -> {}
                    case ONES -> Arrays.fill(bytes, (byte) -1);
                    case NOISE -> random.nextBytes(bytes);
                    case AN_EARLIER_STATE -> {
                        if (i < earlier.size()) {
                            System.arraycopy(
                                    earlier.get(i), 0, bytes, 0, Math.min(bytes.length, earlier.get(i).length));
                        }
                    }
                }
                channel.write(ByteBuffer.wrap(bytes), areas.get(i).offset());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("spoilingsAndSeeds")
    void descriptorsInThePoolCanBeSpoiledBetweenOpens(final Spoiling how, final long seed) {
        TestStores.repeatable(LostDescriptorsTest.class, seed, () -> spoilPool(how, seed));
    }

    private void spoilPool(final Spoiling how, final long seed) throws IOException {
        final Path path = folder.resolve("pool");
        final RandomOperations operations = new RandomOperations(seed, 2, 400, 150_000);
        List<byte[]> earlier = List.of();
        for (int round = 0; round < (TestStores.LONG ? 10 : 4); round++) {
            try (EngineStore store = TestStores.tiny(path)) {
                operations.run(store, 1_200, 3);
                operations.compareAll(store);
                if (round % 2 == 1) {
                    store.abandon();
                }
            }
            final List<FileRange> areas = DescriptorAreas.inPool(GEOMETRY, Files.size(path));
            assertTrue(areas.size() > 3, "section headers, chunk headers, some sections");
            final List<byte[]> now = new java.util.ArrayList<>();
            for (final FileRange area : areas) {
                now.add(read(path, area));
            }
            spoil(path, areas, how, earlier, seed + round);
            earlier = now;
            try (EngineStore store = TestStores.tiny(path)) {
                operations.compareAll(store);
                TestStores.assertSound(store);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("spoilingsAndSeeds")
    void aDescriptorFileCanBeSpoiledBetweenOpens(final Spoiling how, final long seed) {
        TestStores.repeatable(LostDescriptorsTest.class, seed, () -> spoilFile(how, seed));
    }

    private void spoilFile(final Spoiling how, final long seed) throws IOException {
        final Path path = folder.resolve("pool");
        final Path descriptors = folder.resolve("descriptors");
        final StoreOptions options = TestStores.options().withDescriptorFile(descriptors);
        final RandomOperations operations = new RandomOperations(seed, 2, 400, 150_000);
        List<byte[]> earlier = List.of();
        for (int round = 0; round < (TestStores.LONG ? 10 : 3); round++) {
            try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
                operations.run(store, 1_200, 3);
                operations.compareAll(store);
                TestStores.assertSound(store);
            }
            final List<FileRange> areas = DescriptorAreas.inDescriptorFile(Files.size(descriptors));
            final List<byte[]> now = List.of(read(descriptors, areas.get(0)));
            spoil(descriptors, areas, how, earlier, seed + round);
            earlier = now;
        }
        try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
            operations.compareAll(store);
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDescriptorFileCanBeDeletedOrSwappedWithThatOfAnotherPool(final long seed) {
        TestStores.repeatable(LostDescriptorsTest.class, seed, () -> deleteAndSwap(seed));
    }

    private void deleteAndSwap(final long seed) throws IOException {
        final Path path = folder.resolve("pool");
        final Path descriptors = folder.resolve("descriptors");
        final StoreOptions options = TestStores.options().withDescriptorFile(descriptors);
        final RandomOperations operations = new RandomOperations(seed, 1, 300, 50_000);
        try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
            operations.run(store, 1_000, 2);
        }
        Files.delete(descriptors);
        try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
            operations.compareAll(store);
            operations.run(store, 1_000, 2);
        }
        final Path other = folder.resolve("other");
        final Path otherDescriptors = folder.resolve("other-descriptors");
        try (EngineStore store =
                EngineStore.open(other, TestStores.options().withDescriptorFile(otherDescriptors), Tuning.tiny())) {
            new RandomOperations(seed + 1, 1, 300, 50_000).run(store, 1_500, 2);
        }
        Files.delete(descriptors);
        Files.move(otherDescriptors, descriptors);
        try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
            operations.compareAll(store);
            TestStores.assertSound(store);
        }
        try (EngineStore store = EngineStore.open(
                path, TestStores.options().withPlacement(org.ashlar.kv.Placement.DRAM), Tuning.tiny())) {
            operations.compareAll(store);
            TestStores.assertSound(store);
        }
    }
}
