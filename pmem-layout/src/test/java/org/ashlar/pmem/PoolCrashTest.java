package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.Mutants;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.ashlar.pmem.sim.Seeds;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Creates, grows, fills, closes and reopens a pool, allocates and writes ranges of it, and crashes it at every event of that.
 *
 * <p>{@code -Dashlar.sim.seed=1-500} runs other seeds, {@code -Dashlar.long=true} more of them.
 */
@Tag("simulator")
final class PoolCrashTest {
    private static final int ROUNDS = 3;
    private static final int LEAST_CHUNKS = 5;
    private static final int MOST_CHUNKS = 8;

    private final ImageDirectory directory = new ImageDirectory();
    private final Path path = directory.file("pool");
    private final Path image = directory.file("image");
    private final Set<Long> stamps = new HashSet<>();
    private int images;

    /** The chunks whose first word, and whose word in the chunk table, are known to be durable. */
    private int written;

    private int allocated;

    /** Chunks that were allocated as ranges, and those of them whose word is known to be durable. */
    private final Set<Integer> ranges = new HashSet<>();

    private final Set<Integer> filledRanges = new HashSet<>();

    @AfterEach
    void cleanUp() {
        Mutants.end();
        Mutants.leaveOut(null);
        RecorderHub.install(null);
        directory.close();
    }

    static Stream<Arguments> placementsAndSeeds() {
        return Seeds.of(1, 100)
                .boxed()
                .flatMap(seed -> Stream.of(DescriptorPlacement.POOL, DescriptorPlacement.DRAM)
                        .map(placement -> Arguments.of(placement, seed)));
    }

    @ParameterizedTest
    @MethodSource("placementsAndSeeds")
    void everyImageOfAPoolOpensWithWhatWasPersistedInIt(final DescriptorPlacement placement, final long seed) {
        try {
            run(placement, seed);
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + "; to repeat it: mvn -q -pl pmem-layout -am test -Dtest=PoolCrashTest -D"
                            + Seeds.PROPERTY + "=" + seed,
                    e);
        }
    }

    @Test
    void whatAllocatingAndPersistingARangeLeavesOutIsMissed() {
        Mutants.begin();
        run(DescriptorPlacement.POOL, 1);
        final List<Mutant> mutants = Mutants.end().stream()
                .filter(mutant -> mutant.kind() != Mutants.Kind.RELEASE)
                .filter(mutant ->
                        Set.of("PoolGrowth.publish", "LinearRegion.persist").contains(mutant.method()))
                .toList();
        assertEquals(4, mutants.size(), mutants::toString);
        for (final Mutant mutant : mutants) {
            final PoolCrashTest other = new PoolCrashTest();
            Mutants.leaveOut(mutant);
            try {
                assertThrows(
                        AssertionError.class,
                        () -> other.run(DescriptorPlacement.POOL, 1),
                        () -> mutant + " is not missed");
            } finally {
                other.cleanUp();
            }
        }
    }

    private void run(final DescriptorPlacement placement, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final CrashSimulator simulator = PoolRanges.simulator(path, TestPools.TINY, placement);
        final PoolOptions options = TestPools.tiny().placement(placement).build();
        RecorderHub.install(simulator);
        simulator.listen((event, kind) -> checkImages(simulator, options, event, seed));
        for (int round = 0; round < ROUNDS; round++) {
            try (Pool pool = Pool.open(path, options)) {
                for (int i = random.nextInt(LEAST_CHUNKS, MOST_CHUNKS + 1); i > 0; i--) {
                    pool.allocateChunksTo(written + 1);
                    allocated = pool.allocatedChunks();
                    write(pool, written);
                    written++;
                    writeLastChunk(pool);
                }
                simulator.assertAllStoresWereSeen();
                pool.closeCleanly();
            }
        }
        checkImages(simulator, options, 0, seed);
        assertTrue(images > 500, () -> images + " images");
    }

    private static void write(final Pool pool, final int chunk) {
        pool.descriptors().beginChunkInitialisation(chunk);
        pool.descriptors().endChunkInitialisation(chunk);
        final long data = pool.dataAddress() + pool.geometry().dataBytes(chunk);
        Memory.putLong(data, mark(chunk));
        pool.persistence().persist(data, Long.BYTES);
        final long word = pool.chunkTable() + (long) chunk * Long.BYTES;
        Memory.putLongRelease(word, mark(chunk));
        pool.persistence().persist(word, Long.BYTES);
    }

    /** As a device would be written to: allocated apart from the chunks at the front, and by linear offsets. */
    private void writeLastChunk(final Pool pool) {
        final int chunk = pool.chunkCount() - 1;
        if (chunk < pool.allocatedChunks() || ranges.contains(chunk)) {
            return;
        }
        final long offset = offsetInRange(pool, chunk);
        pool.allocateRange(offset, Long.BYTES);
        ranges.add(chunk);
        pool.region().putLong(offset, mark(chunk));
        pool.region().persist(offset, Long.BYTES);
        filledRanges.add(chunk);
    }

    /** In another line than what {@link #write} stores. */
    private static long offsetInRange(final Pool pool, final int chunk) {
        return pool.geometry().dataBytes(chunk) + Memory.LINE_BYTES;
    }

    private static long mark(final int chunk) {
        return (chunk + 1) * 0x9E37_79B9_7F4A_7C15L;
    }

    private void checkImages(
            final CrashSimulator simulator, final PoolOptions options, final long event, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed << Integer.SIZE | event);
        for (final ImageChoice choice : ImageChoice.sample(simulator, 6, random)) {
            final VolatileTreatment treatment = VolatileTreatment.any(random);
            final Path target = simulator.isNamed() ? image : PoolRanges.draftOf(image);
            simulator.writeImage(target, choice, treatment, random);
            RecorderHub.install(null);
            try {
                checkImage(options);
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "event " + event + ", image " + choice + ", descriptors " + treatment + ", "
                                + simulator.describePending(),
                        e);
            } finally {
                RecorderHub.install(simulator);
                delete(image);
                delete(PoolRanges.draftOf(image));
            }
        }
    }

    private void checkImage(final PoolOptions options) {
        images++;
        try (Pool pool = Pool.open(image, options)) {
            assertTrue(stamps.add(pool.openStamp()), "a stamp was used again");
            assertTrue(pool.allocatedChunks() >= allocated, "chunks were lost");
            for (int chunk = 0; chunk < pool.allocatedChunks(); chunk++) {
                final boolean claimed = pool.descriptors().beginChunkInitialisation(chunk);
                assertTrue(claimed, "a chunk header of an earlier open counts as initialised");
                pool.descriptors().endChunkInitialisation(chunk);
                final long word = Memory.getLong(pool.chunkTable() + (long) chunk * Long.BYTES);
                final long data =
                        Memory.getLong(pool.dataAddress() + pool.geometry().dataBytes(chunk));
                if (word != 0) {
                    assertEquals(mark(chunk), word);
                    assertEquals(mark(chunk), data);
                } else {
                    assertTrue(chunk >= written, "a chunk was forgotten");
                }
            }
            for (final int chunk : ranges) {
                final long word =
                        pool.region().getLong(offsetInRange(pool, chunk)); // refused where it is not allocated
                if (word != mark(chunk)) {
                    assertEquals(0, word);
                    assertFalse(filledRanges.contains(chunk), "what was persisted in a range was forgotten");
                }
            }
            assertNotEquals(0, pool.openStamp());
            pool.allocateChunksTo(pool.allocatedChunks() + 1);
            write(pool, pool.allocatedChunks() - 1);
        }
    }

    private static void delete(final Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
