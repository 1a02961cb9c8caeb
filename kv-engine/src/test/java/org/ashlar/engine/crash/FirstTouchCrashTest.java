package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
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
 * A process is killed when an entry of its is visible but not durable, or what leads to one. A writer of the next one touches the page, which takes
 * the warning off the entry; a reader comes at one of the writer's steps, or another writer after it, and power fails. What they have seen or been
 * told is done must be there. The pools here have all their blocks: to get more syncs the file, and with it what the killed process left.
 */
@Tag("simulator")
final class FirstTouchCrashTest extends FocusedCrashTest {
    private static final Geometry GEOMETRY = new Geometry(64 << 10, 256 << 10, 16);
    private static final int MOST_STEPS = 100;
    private static final int FULL_LEAF = 380;
    private static final int LATER_PUTS = 40;
    private static final String MAP = "m";
    private static final byte[] KEY = {1};
    private static final byte[] NEIGHBOUR = {2};
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private int tried;

    @Test
    void whatIsReadInAPageThatIsBeingTouchedIsThereAfterAnyCrash() {
        final CrashSimulator simulator = simulator(directory.file("pool"));
        RecorderHub.install(simulator);
        try (Store store = open(directory.file("pool"))) {
            final KvMap map = store.map(MAP);
            map.put(NEIGHBOUR, new byte[8]);
            simulator.listen((event, kind) -> {
                if (kind == EventKind.WRITE_BACK) {
                    boolean isOver = false;
                    for (int step = 1; step < MOST_STEPS && !isOver; step++) {
                        isOver = !touch(simulator, step);
                    }
                    RecorderHub.install(simulator);
                }
            });
            map.put(KEY, new byte[8]);
            simulator.listen(null);
        }
        assertTrue(tried > 5, () -> tried + " reads");
        assertEquals(List.of(), broken);
    }

    @Test
    void whatAKilledProcessHasStoredThatLeadsToAnEntryIsDurableBeforeOneIsPutBehindIt() {
        final List<Integer> keys = TinyStores.collidingKeys(600, 995, 9, FirstTouchCrashTest::key);
        final CrashSimulator simulator = simulator(directory.file("full"));
        RecorderHub.install(simulator);
        try (Store store = open(directory.file("full"))) {
            final KvMap map = store.map(MAP);
            for (int i = 0; i < FULL_LEAF + LATER_PUTS; i++) {
                final int put = i;
                final int[] writeBacks = {0};
                if (i >= FULL_LEAF) {
                    simulator.listen((event, kind) -> {
                        if (kind == EventKind.WRITE_BACK && ++writeBacks[0] > 1) { // the first is the record's
                            putBehind(simulator, keys, put);
                            RecorderHub.install(simulator);
                        }
                    });
                }
                map.put(key(keys.get(i)), new byte[4]);
                simulator.listen(null);
            }
        }
        assertTrue(tried > 10, () -> tried + " kills");
        assertEquals(List.of(), broken);
    }

    /** A thread of the next process touches the page, and leaves it as it is; another one puts the key once more. */
    private void putBehind(final CrashSimulator killed, final List<Integer> keys, final int put) {
        tried++;
        final Path path = directory.file("killed");
        killed.writeImage(path, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = simulator(path);
        next.inherit(killed);
        RecorderHub.install(next);
        try (Store store = open(path)) {
            final KvMap map = store.map(MAP);
            map.delete(key(keys.get(keys.size() - 1))); // there is none
            final byte[] key = key(keys.get(put));
            next.callOn(other, LIMIT, () -> {
                map.put(key, new byte[4]);
                return true;
            });
            failPower(next, "put " + put, List.of(key));
        }
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** Lets the reader come at one step of the writer; false where the writer has fewer. */
    private boolean touch(final CrashSimulator killed, final int step) {
        final Path path = directory.file("killed");
        killed.writeImage(path, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = simulator(path);
        next.inherit(killed);
        RecorderHub.install(next);
        final int[] steps = {0};
        try (Store store = open(path)) {
            final KvMap map = store.map(MAP);
            next.listen((event, kind) -> {
                if (++steps[0] == step && next.callOn(other, LIMIT, () -> map.contains(KEY))) {
                    tried++;
                    failPower(next, "step " + step, List.of(KEY));
                }
            });
            map.delete(NEIGHBOUR);
            next.listen(null);
        }
        return steps[0] >= step;
    }

    private void failPower(final CrashSimulator simulator, final String when, final List<byte[]> keys) {
        final SplittableRandom random = new SplittableRandom(1);
        final Path image = directory.file("image");
        simulator.writeImage(image, ImageChoice.NONE, VolatileTreatment.any(random), random);
        RecorderHub.install(null);
        try (Store store = open(image)) {
            for (final byte[] key : keys) {
                if (!store.map(MAP).contains(key)) {
                    broken.add(when + ": what was seen or stored is lost");
                }
            }
        } catch (final StoreException e) {
            broken.add(when + ": " + e);
        }
        RecorderHub.install(simulator);
    }

    private static Store open(final Path path) {
        return TinyStores.openGrown(path, GEOMETRY);
    }

    private static CrashSimulator simulator(final Path path) {
        return PoolRanges.simulator(path, GEOMETRY, DescriptorPlacement.POOL);
    }
}
