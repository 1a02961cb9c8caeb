package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The puts that take pages for the index, crashed at every write-back and fence of theirs: those that split pages, plant the first root, double
 * the directory, and add pages to overflow chains. And those that go to the stash or a chain, where what leads a reader there bears no DIRTY bit.
 */
@Tag("simulator")
final class IndexGrowthCrashTest extends FocusedCrashTest {
    private static final int CHUNKS = 64;
    private static final int IMAGES = 24;
    private static final int FEW_IMAGES = 3;
    private static final int KEYS = 3_000;
    private static final int FULL_LEAF = 340;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String MAP = "m";

    private int points;

    @Test
    void noCrashImageOfAPutThatSplitsLosesOrTearsAnything() {
        crashPutsThatTakePages(TinyStores.collidingKeys(KEYS, 950, 9, IndexGrowthCrashTest::key), 5);
    }

    @Test
    void noCrashImageOfAPutThatAddsToAnOverflowChainLosesOrTearsAnything() {
        crashPutsThatTakePages(TinyStores.collidingKeys(KEYS, 995, 9, IndexGrowthCrashTest::key), 2);
    }

    @Test
    void whatIsReadFromTheStashOrAnOverflowChainWhileItIsStoredIsThereAfterAnyCrash() {
        final List<Integer> keys = TinyStores.collidingKeys(KEYS, 995, 9, IndexGrowthCrashTest::key);
        final int last = putsThatTakePages(keys, 2).get(1) + 3;
        final CrashSimulator simulator = TinyStores.simulator(directory.file("read"), Placement.POOL, CHUNKS);
        RecorderHub.install(simulator);
        try (Store store = open(directory.file("read"))) {
            final KvMap map = store.map(MAP);
            for (int i = 0; i < last; i++) {
                final byte[] key = key(keys.get(i));
                if (i >= FULL_LEAF) {
                    simulator.listen((event, kind) -> {
                        if (isPersisting(kind) && simulator.callOn(other, LIMIT, () -> map.contains(key))) {
                            points++;
                            failPower(simulator, FEW_IMAGES, keys, 0, key);
                        }
                    });
                }
                map.put(key, new byte[4]);
                simulator.listen(null);
            }
        }
        assertTrue(points > 10, () -> points + " reads of what was being stored");
        assertEquals(List.of(), broken);
    }

    @Test
    void whatAnIterationMeetsWhileItIsStoredIsThereAfterAnyCrash() {
        final List<Integer> keys = TinyStores.collidingKeys(10, 0, 9, IndexGrowthCrashTest::key);
        final CrashSimulator simulator = TinyStores.simulator(directory.file("walk"), Placement.POOL, CHUNKS);
        RecorderHub.install(simulator);
        try (Store store = open(directory.file("walk"))) {
            final KvMap map = store.map(MAP);
            for (final int number : keys) {
                final byte[] key = key(number);
                simulator.listen((event, kind) -> {
                    if (isPersisting(kind) && simulator.callOn(other, LIMIT, () -> meets(map, key))) {
                        points++;
                        failPower(simulator, FEW_IMAGES, keys, 0, key);
                    }
                });
                map.put(key, new byte[4]);
                simulator.listen(null);
            }
        }
        assertTrue(points > 5, () -> points + " meetings");
        assertEquals(List.of(), broken);
    }

    private static boolean meets(final KvMap map, final byte[] key) {
        final boolean[] isMet = {false};
        map.forEach((keyView, valueView) -> {
            isMet[0] |= Arrays.equals(key, keyView.toByteArray());
            return true;
        });
        return isMet[0];
    }

    private static boolean isPersisting(final EventKind kind) {
        return kind == EventKind.WRITE_BACK || kind == EventKind.FENCE;
    }

    private void crashPutsThatTakePages(final List<Integer> keys, final int count) {
        final List<Integer> puts = putsThatTakePages(keys, count);
        final CrashSimulator simulator = TinyStores.simulator(directory.file("pool"), Placement.POOL, CHUNKS);
        RecorderHub.install(simulator);
        try (Store store = open(directory.file("pool"))) {
            for (int i = 0; i <= puts.get(count - 1); i++) {
                if (puts.contains(i)) {
                    final int before = i;
                    simulator.listen((event, kind) -> {
                        if (isPersisting(kind)) {
                            points++;
                            failPower(simulator, IMAGES, keys, before, null);
                        }
                    });
                }
                store.map(MAP).put(key(keys.get(i)), new byte[4]);
                simulator.listen(null);
            }
        }
        assertTrue(points > 10, () -> points + " crash points");
        assertEquals(List.of(), broken);
    }

    /** The first puts after which the index has another page. */
    private List<Integer> putsThatTakePages(final List<Integer> keys, final int count) {
        final List<Integer> puts = new ArrayList<>();
        try (Store store = open(directory.file("scratch"))) {
            store.map(MAP);
            for (int i = 0; puts.size() < count; i++) {
                final long pages = store.stats().bytes().liveIndex();
                store.map(MAP).put(key(keys.get(i)), new byte[4]);
                if (store.stats().bytes().liveIndex() > pages) {
                    puts.add(i);
                }
            }
        }
        return puts;
    }

    /** Lets power fail: what was there before, and what was seen, must be there. */
    private void failPower(
            final CrashSimulator simulator,
            final int images,
            final List<Integer> keys,
            final int before,
            final byte @Nullable [] seen) {
        final SplittableRandom random = new SplittableRandom(1);
        final List<ImageChoice> choices = new ArrayList<>(ImageChoice.sample(simulator, images, random));
        choices.add(ImageChoice.NONE);
        for (final ImageChoice choice : choices) {
            final Path image = directory.file("image");
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            final String when = "event " + simulator.events() + ", " + choice;
            try (Store store = open(image)) {
                final KvMap map = store.map(MAP);
                for (int i = 0; i < before; i++) {
                    if (!map.contains(key(keys.get(i)))) {
                        broken.add(when + ": key " + i + " is lost");
                    }
                }
                if (seen != null && !map.contains(seen)) {
                    broken.add(when + ": what was seen is lost");
                }
                if (seen == null && !store.verify().isSound()) {
                    broken.add(when + ": " + store.verify().problems());
                }
            } catch (final StoreException e) {
                broken.add(when + ": " + e);
            }
            RecorderHub.install(simulator);
        }
    }

    private static Store open(final Path path) {
        return TinyStores.open(path, Placement.POOL, CHUNKS);
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
