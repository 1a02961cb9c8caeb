package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.DescriptorPlacement;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.PoolRanges;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The words that say what space is used for are durable before anything hangs on them: in the process that writes them, and in one that
 * finds them as a killed process has left them. The pools here never grow, as that syncs the file.
 */
@Tag("simulator")
final class ChunkTableCrashTest extends FocusedCrashTest {
    /** The search for the high-water mark looks at word 8 first, and words 7 and 8 are in different lines. */
    private static final Geometry TINY = new Geometry(64 << 10, 256 << 10, 16);

    /** Spans of more pages than a piece of the sweep judges. */
    private static final Geometry WIDER = new Geometry(256 << 10, 1 << 20, 8);

    private static final int WHOLE_CHUNK_BYTES = 60_000;
    private static final int IMAGES = 16;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SLOT_BYTES = 1000;
    private static final int SPANS = 3;
    private static final String MAP = "m";
    private static final byte[] KEY = {'k', 'e', 'y'};

    private Geometry geometry = TINY;
    private int kills;

    @Test
    void theWordsOfALargeRecordsChunksBecomeDurableInAscendingOrder() {
        for (int before = 4; before < 6; before++) {
            final int count = before;
            final Path pool = directory.file("pool" + before);
            final CrashSimulator simulator = simulator(pool);
            RecorderHub.install(simulator);
            try (Store store = open(pool)) {
                fill(store.map(MAP), count, WHOLE_CHUNK_BYTES);
                listen(simulator, count);
                store.map(MAP).put(KEY, new byte[70_000]); // two chunks
                simulator.listen(null);
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void aChunkWordThatAKilledProcessLeftIsDurableBeforeTheNextOne() {
        for (int before = 4; before < 7; before++) {
            final int count = before;
            kill(
                    store -> fill(store.map(MAP), count, WHOLE_CHUNK_BYTES),
                    store -> store.map(MAP).put(KEY, new byte[WHOLE_CHUNK_BYTES]),
                    (store, next) -> {
                        // A fresh chunk, on another thread than the one that has opened the pool.
                        listen(next, count);
                        callOther(next, () -> fill(store.map("later"), 1, SLOT_BYTES));
                        next.listen(null);
                        failPower(next, count, "killed after " + count + " chunks");
                    });
        }
        assertTrue(kills > 3, () -> kills + " kills");
        assertEquals(List.of(), broken);
    }

    @Test
    void aSpanWordThatAKilledProcessLeftIsDurableBeforeTheSpanIsUsed() {
        geometry = WIDER;
        for (int before = 0; before < SPANS; before++) {
            final int count = before;
            kill(
                    store -> {
                        for (int i = 0; i < count; i++) {
                            store.map(MAP).put(new byte[] {(byte) i}, new byte[1500 + 300 * i]); // a span each
                        }
                    },
                    store -> store.map(MAP).put(KEY, new byte[SLOT_BYTES]),
                    (store, next) -> {
                        fill(store.map("later"), 100, SLOT_BYTES);
                        failPower(next, count, "killed after " + count + " spans");
                    });
        }
        assertTrue(kills > 3, () -> kills + " kills");
        assertEquals(List.of(), broken);
    }

    @Test
    void aSpanWordIsDurableBeforeAnotherThreadPutsARecordIntoTheSpan() {
        final CrashSimulator simulator = simulator(directory.file("pool"));
        RecorderHub.install(simulator);
        final boolean[] isMet = {false};
        try (Store store = open(directory.file("pool"))) {
            store.map(MAP).put(KEY, new byte[8]); // takes the chunk
            simulator.listen((event, kind) -> {
                if (kind == EventKind.STORE && !isMet[0]) { // to the record, so its page is taken, and no lock held
                    isMet[0] = true;
                    callOther(simulator, () -> fill(store.map(MAP), 1, SLOT_BYTES)); // on the next page of the span
                    failPower(simulator, 1, "event " + event);
                }
            });
            store.map(MAP).put(KEY, new byte[SLOT_BYTES]);
            simulator.listen(null);
        }
        assertTrue(isMet[0], "two threads were at the span");
        assertEquals(List.of(), broken);
    }

    /** Kills a process at each write-back of an operation; the next one goes on. */
    private void kill(
            final Consumer<Store> before,
            final Consumer<Store> operation,
            final BiConsumer<Store, CrashSimulator> then) {
        final Path pool = directory.file("pool" + kills);
        final CrashSimulator simulator = simulator(pool);
        RecorderHub.install(simulator);
        try (Store store = open(pool)) {
            store.map("later");
            before.accept(store);
            simulator.listen((event, kind) -> {
                if (kind == EventKind.WRITE_BACK) {
                    kills++;
                    goOn(simulator, then);
                    RecorderHub.install(simulator);
                }
            });
            operation.accept(store);
            simulator.listen(null);
        }
    }

    private void goOn(final CrashSimulator killed, final BiConsumer<Store, CrashSimulator> then) {
        final Path pool = directory.file("killed");
        killed.writeImage(pool, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = simulator(pool);
        next.inherit(killed);
        RecorderHub.install(next);
        try (Store store = open(pool)) {
            then.accept(store, next);
        } catch (final StoreException e) {
            broken.add("the next process: " + e);
        }
    }

    /** Lets power fail before each write-back. */
    private void listen(final CrashSimulator simulator, final int count) {
        simulator.listen((event, kind) -> {
            if (kind == EventKind.WRITE_BACK) {
                failPower(simulator, count, "event " + event);
            }
        });
    }

    private void callOther(final CrashSimulator simulator, final Runnable task) {
        simulator.callOn(other, LIMIT, () -> {
            task.run();
            return true;
        });
    }

    /** Holds each image of the power failing now against what must be there. */
    private void failPower(final CrashSimulator simulator, final int count, final String when) {
        final SplittableRandom random = new SplittableRandom(1);
        final List<ImageChoice> choices = new ArrayList<>(ImageChoice.sample(simulator, IMAGES, random));
        choices.add(ImageChoice.NONE);
        for (final ImageChoice choice : choices) {
            final Path image = directory.file("image");
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            try (Store store = open(image)) {
                final List<String> problems = store.verify().problems();
                if (!problems.isEmpty()) {
                    broken.add(when + ", " + choice + ": " + problems);
                }
                for (int i = 0; i < count; i++) {
                    if (!store.map(MAP).contains(new byte[] {(byte) i})) {
                        broken.add(when + ", " + choice + ": key " + i + " is lost");
                    }
                }
            } catch (final StoreException e) {
                broken.add(when + ", " + choice + ": " + e);
            }
            RecorderHub.install(simulator);
        }
    }

    private Store open(final Path path) {
        return TinyStores.openGrown(path, geometry);
    }

    private CrashSimulator simulator(final Path path) {
        return PoolRanges.simulator(path, geometry, DescriptorPlacement.POOL);
    }

    private static void fill(final KvMap map, final int count, final int bytes) {
        for (int i = 0; i < count; i++) {
            map.put(new byte[] {(byte) i}, new byte[bytes]);
        }
    }
}
