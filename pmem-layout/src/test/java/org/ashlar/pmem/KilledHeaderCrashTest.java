package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process is killed while it writes a header; the next one reads what is visible, takes that header for the newest, and begins with
 * overwriting the other; then power fails. One of the two must be whole.
 */
@Tag("simulator")
final class KilledHeaderCrashTest {
    private static final int IMAGES = 60;

    private final ImageDirectory directory = new ImageDirectory();

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        directory.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE_BACK_FORCED", "POWER_FAILURE"})
    void aHeaderThatAKilledProcessLeftPendingIsDurableBeforeTheOtherIsOverwritten(final DurabilityRequest durability) {
        final PoolOptions options = TestPools.tiny().durability(durability).build();
        final Path path = directory.file("pool");
        final CrashSimulator simulator = simulator(path, durability);
        RecorderHub.install(simulator);
        final List<String> unopened = new ArrayList<>();
        final int[] kills = {0};
        try (Pool pool = Pool.open(path, options)) {
            simulator.listen((event, kind) -> {
                if (kind == EventKind.FENCE) {
                    kills[0]++;
                    kill(simulator, options, durability, unopened);
                    RecorderHub.install(simulator);
                }
            });
            pool.closeCleanly();
            simulator.listen(null);
        }
        assertTrue(kills[0] >= 2, () -> kills[0] + " kills");
        assertEquals(List.of(), unopened);
    }

    private static CrashSimulator simulator(final Path path, final DurabilityRequest durability) {
        final CrashSimulator simulator = PoolRanges.simulator(path, TestPools.TINY, DescriptorPlacement.POOL);
        if (durability == DurabilityRequest.POWER_FAILURE) {
            simulator.persistBySync();
        }
        return simulator;
    }

    /** Lets the next process open what a killed one left, and power fail at each event of that. */
    private void kill(
            final CrashSimulator killed,
            final PoolOptions options,
            final DurabilityRequest durability,
            final List<String> unopened) {
        final Path path = directory.file("killed");
        killed.writeImage(path, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = simulator(path, durability);
        next.inherit(killed);
        RecorderHub.install(next);
        next.listen((event, kind) -> {
            for (int seed = 0; seed < IMAGES; seed++) {
                final ImageChoice choice = next.isPaged() ? ImageChoice.pages(seed) : ImageChoice.random(seed);
                next.writeImage(
                        directory.file("image"), choice, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
                RecorderHub.install(null);
                try (Pool pool = Pool.open(directory.file("image"), options)) {
                    assertTrue(pool.openCounter() >= 2);
                } catch (final PoolException e) {
                    unopened.add("event " + event + ", " + choice + ": " + e.getMessage());
                } finally {
                    RecorderHub.install(next);
                }
            }
        });
        try (Pool pool = Pool.open(path, options)) {
            assertTrue(pool.openCounter() >= 2);
        }
        next.listen(null);
    }
}
