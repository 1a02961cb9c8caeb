package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A chunk that held values becomes one of index pages. A crash is no corruption: its pages must not look damaged, or nobody could use them
 * until the whole store has been verified.
 */
@Tag("simulator")
final class RecycledIndexChunkCrashTest extends FocusedCrashTest {
    private static final int CHUNKS = 16;
    private static final int WHOLE_CHUNK_BYTES = 60_000;
    private static final int IMAGES = 24;

    /** What is just being written, a page or a record, may have reached the media by half, and cannot be told from damage. */
    private static final int HALF_WRITTEN = 1;

    @Test
    void thePagesOfAChunkThatBecomesOneOfTheIndexLookUnusedAfterACrash() {
        final int last;
        try (Store store = open(directory.file("scratch"))) {
            leaveGarbage(store);
            last = makeMapsUntilAChunkIsTaken(store);
        }
        final Path path = directory.file("pool");
        final CrashSimulator simulator = TinyStores.simulator(path, Placement.POOL, CHUNKS);
        RecorderHub.install(simulator);
        final int[] points = {0};
        try (Store store = open(path)) {
            leaveGarbage(store);
            for (int i = 0; i < last; i++) {
                store.map("map " + i);
            }
            simulator.listen((event, kind) -> {
                if (kind == EventKind.WRITE_BACK) {
                    points[0]++;
                    failPower(simulator, "event " + event);
                    RecorderHub.install(simulator);
                }
            });
            store.map("map " + last);
            simulator.listen(null);
        }
        assertTrue(points[0] > 5, () -> points[0] + " crash points");
        assertEquals(List.of(), broken);
    }

    private static Store open(final Path path) {
        return TinyStores.open(path, Placement.POOL, CHUNKS);
    }

    /** Free chunks that are full of what is no index page. */
    private static void leaveGarbage(final Store store) {
        final byte[] value = new byte[WHOLE_CHUNK_BYTES];
        Arrays.fill(value, (byte) 0xFF);
        final KvMap map = store.map("garbage");
        for (byte i = 0; i < 3; i++) {
            map.put(new byte[] {i}, value);
        }
        for (byte i = 0; i < 3; i++) {
            map.delete(new byte[] {i});
        }
        for (int i = 0; store.stats().chunksByState().free() < 3; i++) {
            map.put(new byte[] {(byte) (i % 2)}, new byte[8]); // what is retired is taken back by later operations
        }
    }

    private static int makeMapsUntilAChunkIsTaken(final Store store) {
        final long index = store.stats().chunksByState().index();
        int made = 0;
        while (store.stats().chunksByState().index() == index) {
            store.map("map " + made++);
        }
        assertEquals(2, store.stats().chunksByState().free(), "a chunk with garbage was taken");
        return made - 1;
    }

    private void failPower(final CrashSimulator simulator, final String when) {
        final SplittableRandom random = new SplittableRandom(1);
        final List<ImageChoice> choices = new ArrayList<>(ImageChoice.sample(simulator, IMAGES, random));
        choices.add(ImageChoice.only(0)); // where it is pending, the chunk's word: the table is before all else
        for (final ImageChoice choice : choices) {
            final Path image = directory.file("image");
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            try (Store store = open(image)) {
                store.compact(); // judges all there is
                if (store.stats().quarantinedSlots() > HALF_WRITTEN) {
                    broken.add(
                            when + ", " + choice + ": " + store.stats().quarantinedSlots() + " places in quarantine");
                }
                if (!store.verify().isSound()) {
                    broken.add(when + ", " + choice + ": " + store.verify().problems());
                }
            } catch (final StoreException e) {
                broken.add(when + ", " + choice + ": " + e);
            }
        }
    }
}
