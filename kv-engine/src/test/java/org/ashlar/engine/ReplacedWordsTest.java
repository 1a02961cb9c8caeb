package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.ashlar.engine.index.ForwardWords;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.Scheduler;
import org.ashlar.pmem.sim.TurnRecorder;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A writer is stopped in the middle of a split, as soon as its forward word is visible. Another one is led to the page, changes the directory in
 * its place, and stores nothing, so that no later fence of its own does what it has left undone.
 */
@Tag("simulator")
public final class ReplacedWordsTest {
    private static final int CHUNKS = 64;
    private static final int IMAGES = 16;
    private static final int ABSENT_KEYS = 64;
    private static final int MOST_MAPS = 200;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String MAP = "m";

    /** The split whose page the root word names, and one whose page a segment does. */
    private static final int FIRST_SPLIT = 1;

    private static final int SECOND_SPLIT = 2;

    private final ImageDirectory directory = new ImageDirectory();
    private final ExecutorService second = Threads.daemon("the writer that replaces");
    private final ExecutorService third = Threads.daemon("the writer behind it");
    private final CrashSimulator simulator = TinyStores.simulator(directory.file("pool"), Placement.POOL, CHUNKS);
    private final List<byte[]> stored = new ArrayList<>();
    private MemoryRecorder recorder = simulator;

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        second.shutdownNow();
        third.shutdownNow();
        directory.close();
    }

    @Test
    void aPageIsUsedAgainOnlyWhenTheRootWordNamesItNoMoreOnTheMedia() {
        assertTrue(isReplacedDurably(FIRST_SPLIT));
    }

    @Test
    void aPageIsUsedAgainOnlyWhenNoSegmentNamesItOnTheMedia() {
        assertTrue(isReplacedDurably(SECOND_SPLIT));
    }

    @Test
    void whatIsPutThroughAWordOfASegmentHangsOnNoForwardWordThatACrashTakesBack() {
        assertTrue(isSplitDurableBefore());
    }

    /**
     * Has pages used again that directory words named until another writer replaced those.
     *
     * @return whether no crash image afterwards has lost anything
     */
    public static boolean keepPagesOut() {
        return passes(test -> test.isReplacedDurably(FIRST_SPLIT))
                && passes(test -> test.isReplacedDurably(SECOND_SPLIT));
    }

    /**
     * Has a key put through a directory word while it is being replaced.
     *
     * @return whether no crash image at that moment or afterwards has lost anything
     */
    public static boolean loseNothing() {
        return passes(ReplacedWordsTest::isSplitDurableBefore);
    }

    private static boolean passes(final Predicate<ReplacedWordsTest> test) {
        final ReplacedWordsTest tests = new ReplacedWordsTest();
        try {
            return test.test(tests);
        } finally {
            tests.cleanUp();
        }
    }

    private boolean isReplacedDurably(final int splits) {
        install(simulator);
        try (Store store = open(directory.file("pool"))) {
            final EngineMap map = (EngineMap) store.map(MAP);
            final long parent = split(store, map, splits, route -> replaceOnSecond(map));
            store.compact(); // takes back what the other writer has retired
            int maps = 0;
            while (ForwardWords.isSetIn(parent) && maps < MOST_MAPS) {
                store.map("later " + maps++);
            }
            assertTrue(maps < MOST_MAPS, "the page was used again");
            return areAllImagesWhole();
        }
    }

    private boolean isSplitDurableBefore() {
        install(simulator);
        try (Store store = open(directory.file("pool"))) {
            final EngineMap map = (EngineMap) store.map(MAP);
            final HashIndex index = map.core().index();
            final boolean[] result = {false, true};
            split(store, map, SECOND_SPLIT, route -> {
                final byte[] late = keyAt(index, route);
                final long hash = hash(late);
                final Scheduler scheduler = new BetweenSteps(() -> {
                    if (!result[0] && index.route(hash) != route) {
                        result[0] = true;
                        simulator.callOn(third, LIMIT, () -> put(map, late));
                        result[1] = areAllImagesWhole();
                    }
                });
                install(new TurnRecorder(scheduler, simulator));
                replaceOnSecond(map);
                install(simulator);
            });
            assertTrue(result[0], "a word was replaced");
            return result[1] && areAllImagesWhole();
        }
    }

    /** Stores keys up to a split, and calls somebody, with the word that leads to the page, when that writer is to be stopped. */
    private long split(final Store store, final EngineMap map, final int splits, final LongConsumer meanwhile) {
        final HashIndex index = map.core().index();
        final long[] parent = {0};
        for (int i = 0; store.stats().splits() < splits; i++) {
            final byte[] key = bytes("key " + i);
            final long route = index.route(hash(key));
            index.visitLeaf(hash(key), (page, records, count) -> {
                parent[0] = page;
                return false;
            });
            if (store.stats().splits() == splits - 1) {
                simulator.listen((event, kind) -> {
                    if (ForwardWords.isSetIn(parent[0])) {
                        simulator.listen(null);
                        meanwhile.accept(route);
                    }
                });
            }
            put(map, key);
            simulator.listen(null);
        }
        return parent[0];
    }

    /** Some of these keys are led to the page. None is there, so nothing of them is stored. */
    private void replaceOnSecond(final KvMap map) {
        simulator.callOn(second, LIMIT, () -> {
            for (int i = 0; i < ABSENT_KEYS; i++) {
                map.delete(bytes("absent " + i));
            }
            return true;
        });
    }

    private boolean put(final KvMap map, final byte[] key) {
        map.put(key, new byte[4]);
        return stored.add(key);
    }

    private void install(final MemoryRecorder value) {
        recorder = value;
        RecorderHub.install(value);
    }

    private boolean areAllImagesWhole() {
        final SplittableRandom random = new SplittableRandom(1);
        final List<ImageChoice> choices = new ArrayList<>(ImageChoice.sample(simulator, IMAGES, random));
        choices.add(ImageChoice.NONE);
        boolean areWhole = true;
        for (final ImageChoice choice : choices) {
            final Path image = directory.file("image");
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            areWhole &= isWhole(image);
        }
        RecorderHub.install(recorder);
        return areWhole;
    }

    private boolean isWhole(final Path image) {
        try (Store store = open(image)) {
            final KvMap map = store.map(MAP);
            return stored.stream().allMatch(map::contains) && store.verify().isSound();
        } catch (final StoreException e) {
            return false;
        }
    }

    private static Store open(final Path path) {
        return TinyStores.open(path, Placement.POOL, CHUNKS);
    }

    private static byte[] keyAt(final HashIndex index, final long route) {
        int number = 0;
        while (index.route(hash(bytes("late " + number))) != route) {
            number++;
        }
        return bytes("late " + number);
    }

    private static long hash(final byte[] key) {
        return new Keys(Tuning.tiny().hashSeed()).hash(key, Memory.ARRAY_BASE, key.length);
    }

    private static byte[] bytes(final String key) {
        return key.getBytes(StandardCharsets.US_ASCII);
    }

    /** Does something at each step of the memory seam, but not at its own. */
    private static final class BetweenSteps implements Scheduler {
        private final Runnable task;
        private boolean isAtIt;

        BetweenSteps(final Runnable task) {
            this.task = task;
        }

        @Override
        public void step(final boolean telling) {
            if (!isAtIt) {
                isAtIt = true;
                task.run();
                isAtIt = false;
            }
        }

        @Override
        public void stepAtLoad(final long address) {}
    }
}
