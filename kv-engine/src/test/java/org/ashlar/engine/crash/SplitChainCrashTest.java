package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;
import org.ashlar.engine.TinyStores;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The overflow chain of a leaf that was split is dead, and its pages are used for something else, while a directory word that a crash has
 * left behind still leads through that leaf. Nobody may take those pages for its chain.
 */
@Tag("simulator")
final class SplitChainCrashTest {
    private static final int CHUNKS = 64;
    private static final long SEED = 42;
    private static final String MAP = "m";

    /** Of the two lines of a key, and of the stash. */
    private static final int PLACES = 2 * 7 + 3 * 7;

    private static final int MAPS_LATER = 4;
    private static final long LINES = 60;

    /** Keys whose hashes choose the first line and the one after it. */
    private static List<byte[]> keys(final int count, final LongPredicate wanted) {
        final Keys hashes = new Keys(SEED);
        final List<byte[]> keys = new ArrayList<>();
        for (int number = 0; keys.size() < count; number++) {
            final byte[] key = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
            final long hash = hashes.hash(key, Memory.ARRAY_BASE, key.length);
            if (((hash & 0xFFFF) * LINES | (hash >>> 16 & 0xFFFF) * (LINES - 1)) >>> 16 == 0 && wanted.test(hash)) {
                keys.add(key);
            }
        }
        return keys;
    }

    @Test
    void theChainOfALeafThatWasSplitIsNotReadAnyMore() {
        final List<byte[]> zeros = keys(PLACES + 5, hash -> hash >= 0);
        final byte[] one = keys(1, hash -> hash < 0).get(0);
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path path = directory.file("pool");
            final Set<String> expected = new HashSet<>();
            try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
                final KvMap map = store.map(MAP);
                for (final byte[] key : zeros.subList(0, PLACES + 4)) {
                    map.put(key, new byte[8]); // with a chain, as a split would tell none of them from the others
                    expected.add(textOf(key));
                }
                map.delete(zeros.get(0));
                expected.remove(textOf(zeros.get(0)));
                map.put(one, new byte[8]);
                expected.add(textOf(one));
                assertEquals(0, store.stats().splits());
            }
            final CrashSimulator simulator = TinyStores.simulator(path, Placement.POOL, CHUNKS);
            RecorderHub.install(simulator);
            final int[] images = {0};
            try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
                final KvMap map = store.map(MAP);
                simulator.listen((event, kind) -> {
                    check(simulator, directory.file("image"), event, expected, zeros.get(PLACES + 4));
                    images[0]++;
                    RecorderHub.install(simulator);
                });
                map.put(zeros.get(PLACES + 4), new byte[8]);
                simulator.listen(null);
                assertTrue(store.stats().splits() > 0);
            }
            assertTrue(images[0] > 10);
        } finally {
            RecorderHub.install(null);
        }
    }

    private static void check(
            final CrashSimulator simulator,
            final Path image,
            final long event,
            final Set<String> expected,
            final byte[] inFlight) {
        for (final ImageChoice choice : List.of(ImageChoice.NONE, ImageChoice.ALL)) {
            final SplittableRandom random = new SplittableRandom(event);
            simulator.writeImage(image, choice, VolatileTreatment.ZERO, random);
            RecorderHub.install(null);
            try (Store store = TinyStores.open(image, Placement.POOL, CHUNKS)) {
                final KvMap map = store.map(MAP);
                for (int i = 0; i < MAPS_LATER; i++) {
                    store.map("later " + i).put(new byte[1], new byte[8]); // takes the pages that are free
                }
                final Set<String> found = new HashSet<>();
                map.forEach((key, value) -> {
                    found.add(textOf(key.toByteArray()));
                    return true;
                });
                found.remove(textOf(inFlight));
                assertEquals(expected, found, "before event " + event + ", " + choice);
                StoreCheck.checkStructure(store);
            }
        }
    }

    private static String textOf(final byte[] key) {
        return new String(key, StandardCharsets.US_ASCII);
    }
}
