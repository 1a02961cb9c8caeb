package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process is killed when an entry of its is visible but not durable. A writer of the next one touches the page, which takes the warning off the
 * entry; a reader comes at one of the writer's steps, and power fails. What the reader has seen must be there.
 */
@Tag("simulator")
final class FirstTouchCrashTest {
    private static final int CHUNKS = 16;
    private static final int MOST_STEPS = 100;
    private static final String MAP = "m";
    private static final byte[] KEY = {1};
    private static final byte[] NEIGHBOUR = {2};
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ImageDirectory directory = new ImageDirectory();
    private final List<String> broken = new ArrayList<>();
    private final ExecutorService other = Executors.newSingleThreadExecutor(task -> {
        final Thread thread = new Thread(task, "reader");
        thread.setDaemon(true);
        return thread;
    });
    private int reads;

    @AfterEach
    void cleanUp() {
        RecorderHub.install(null);
        other.shutdownNow();
        directory.close();
    }

    @Test
    void whatIsReadInAPageThatIsBeingTouchedIsThereAfterAnyCrash() {
        final CrashSimulator simulator = TinyStores.simulator(directory.file("pool"), Placement.POOL, CHUNKS);
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
        assertTrue(reads > 5, () -> reads + " reads");
        assertEquals(List.of(), broken);
    }

    /** Whether this holds. */
    static boolean takesNothingBack() {
        final FirstTouchCrashTest test = new FirstTouchCrashTest();
        try {
            test.whatIsReadInAPageThatIsBeingTouchedIsThereAfterAnyCrash();
            return true;
        } catch (final AssertionError | StoreException e) {
            return false;
        } finally {
            test.cleanUp();
        }
    }

    /** Lets the reader come at one step of the writer; false where the writer has fewer. */
    private boolean touch(final CrashSimulator killed, final int step) {
        final Path path = directory.file("killed");
        killed.writeImage(path, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
        final CrashSimulator next = TinyStores.simulator(path, Placement.POOL, CHUNKS);
        next.inherit(killed);
        RecorderHub.install(next);
        final int[] steps = {0};
        try (Store store = open(path)) {
            final KvMap map = store.map(MAP);
            next.listen((event, kind) -> {
                if (++steps[0] == step && next.callOn(other, LIMIT, () -> map.contains(KEY))) {
                    reads++;
                    failPower(next, "step " + step);
                }
            });
            map.delete(NEIGHBOUR);
            next.listen(null);
        }
        return steps[0] >= step;
    }

    private void failPower(final CrashSimulator simulator, final String when) {
        final SplittableRandom random = new SplittableRandom(1);
        final Path image = directory.file("image");
        simulator.writeImage(image, ImageChoice.NONE, VolatileTreatment.any(random), random);
        RecorderHub.install(null);
        try (Store store = open(image)) {
            if (!store.map(MAP).contains(KEY)) {
                broken.add(when + ": what was seen is lost");
            }
        } catch (final StoreException e) {
            broken.add(when + ": " + e);
        }
        RecorderHub.install(simulator);
    }

    private static Store open(final Path path) {
        return TinyStores.open(path, Placement.POOL, CHUNKS);
    }
}
