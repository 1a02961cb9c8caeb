package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A clean close saves how many entries a map has; the first change after it must not leave that number standing. */
@Tag("simulator")
final class KnownCountCrashTest {
    private static final int CHUNKS = 16;

    @Test
    void aDeletionThatIsTheFirstChangeTakesTheSavedCountAwayFirst() {
        assertTrue(countsRight());
    }

    /** Whether this holds in each image at each event of the deletion. */
    static boolean countsRight() {
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path path = directory.file("pool");
            try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
                for (byte i = 0; i < 3; i++) {
                    store.map("m").put(new byte[] {i}, new byte[8]);
                }
            }
            final CrashSimulator simulator = TinyStores.simulator(path, Placement.POOL, CHUNKS);
            RecorderHub.install(simulator);
            final boolean[] isRight = {true};
            try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
                final KvMap map = store.map("m");
                assertEquals(3, map.size());
                simulator.listen((event, kind) -> {
                    isRight[0] &= areAllImagesRight(simulator, directory.file("image"), event);
                    RecorderHub.install(simulator);
                });
                map.delete(new byte[] {1});
                simulator.listen(null);
            }
            return isRight[0];
        } finally {
            RecorderHub.install(null);
        }
    }

    private static boolean areAllImagesRight(final CrashSimulator simulator, final Path image, final long event) {
        final SplittableRandom random = new SplittableRandom(event);
        boolean isRight = true;
        for (final ImageChoice choice : ImageChoice.sample(simulator, 16, random)) {
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            try (Store store = TinyStores.open(image, Placement.POOL, CHUNKS)) {
                final KvMap map = store.map("m");
                isRight &= map.size() == (map.contains(new byte[] {1}) ? 3 : 2);
            }
        }
        return isRight;
    }
}
