package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ashlar.engine.index.ForwardWords;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.Scheduler;
import org.ashlar.pmem.sim.TurnRecorder;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One writer has found its page, and stops; another splits that page, then one of the children, and stops before the second forward word
 * is durable. The first goes on through both pages. The directory leads to the child, and no further, so what the first writer is told is done hangs on
 * that word.
 */
@Tag("simulator")
public final class TwoWritersTest {
    private static final int CHUNKS = 64;
    private static final int SECONDS = 20;
    private static final String MAP = "m";
    private static final List<Integer> KEYS = TinyStores.collidingKeys(1_500, 950, 9, TwoWritersTest::key);

    @Test
    void aWriteInAChildHangsOnNoForwardWordThatACrashTakesBack() {
        assertTrue(loseNothing());
    }

    /**
     * Lets the two writers meet.
     *
     * @return whether every image of the power failing then holds what both were told is done
     */
    public static boolean loseNothing() {
        try (ImageDirectory directory = new ImageDirectory()) {
            return new TwoWritersTest().meet(directory);
        } finally {
            RecorderHub.install(null);
        }
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    private static Store open(final Path path) {
        return TinyStores.open(path, Placement.POOL, CHUNKS);
    }

    /** How many keys fit before a page is split. */
    private static int untilSplit(final Path scratch) {
        try (Store store = open(scratch)) {
            int count = 0;
            while (store.stats().splits() == 0) {
                store.map(MAP).put(key(KEYS.get(count++)), new byte[4]);
            }
            return count - 1;
        }
    }

    private boolean meet(final ImageDirectory directory) {
        final int before = untilSplit(directory.file("scratch"));
        final byte[] meeting = key(KEYS.get(before));
        final Path path = directory.file("pool");
        final CrashSimulator simulator = TinyStores.simulator(path, Placement.POOL, CHUNKS);
        RecorderHub.install(simulator);
        final ExecutorService executor = Threads.daemon("the writer that meets");
        try (EngineStore store = (EngineStore) open(path)) {
            final EngineMap map = (EngineMap) store.map(MAP);
            for (int i = 0; i < before; i++) {
                map.put(key(KEYS.get(i)), new byte[4]);
            }
            final long[] parent = {0};
            map.core().index().visitLeaf(0, (page, records, count) -> {
                parent[0] = page;
                return false;
            });
            final Gate gate = new Gate(ForwardWords.addressIn(parent[0]));
            RecorderHub.install(new TurnRecorder(gate, simulator));
            final Future<?> other = executor.submit(() -> {
                gate.thread = Thread.currentThread();
                map.put(meeting, new byte[4]);
            });
            gate.awaitArrival();
            simulator.settle();
            simulator.followCaller();
            final boolean[] result = {false, true};
            simulator.listen((event, kind) -> {
                final long data = store.space().pool().dataAddress();
                if (!result[0] && ForwardWords.isDirtyBelow(data, parent[0])) {
                    result[0] = true;
                    gate.open.countDown();
                    await(other);
                    simulator.settle();
                    simulator.followCaller();
                    result[1] = isInAllImages(simulator, directory.file("image"), meeting);
                    RecorderHub.install(new TurnRecorder(gate, simulator));
                }
            });
            byte[] splitting = meeting;
            for (int i = before + 1; !result[0] && i < KEYS.size(); i++) {
                splitting = key(KEYS.get(i));
                map.put(splitting, new byte[4]);
            }
            simulator.listen(null);
            assertTrue(result[0], "the first writer came to a child that was being split");
            return result[1] && isInAllImages(simulator, directory.file("image"), splitting);
        } finally {
            executor.shutdownNow();
        }
    }

    private static void await(final Future<?> future) {
        try {
            future.get(SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isInAllImages(final CrashSimulator simulator, final Path image, final byte[] key) {
        final SplittableRandom random = new SplittableRandom(1);
        boolean isThere = true;
        for (final ImageChoice choice : ImageChoice.sample(simulator, 40, random)) {
            simulator.writeImage(image, choice, VolatileTreatment.any(random), random);
            RecorderHub.install(null);
            try (Store store = open(image)) {
                final KvMap map = store.map(MAP);
                isThere &= map.contains(key) && store.verify().isSound();
            }
        }
        return isThere;
    }

    /** Stops a thread when it first looks at a word. */
    private static final class Gate implements Scheduler {
        final CountDownLatch open = new CountDownLatch(1);
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final long address;
        volatile Thread thread = Thread.currentThread();

        Gate(final long address) {
            this.address = address;
        }

        void awaitArrival() {
            await(arrived);
        }

        private static void await(final CountDownLatch latch) {
            try {
                assertTrue(latch.await(SECONDS, TimeUnit.SECONDS), "the other writer did not come by");
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void step(final boolean telling) {}

        @Override
        public void stepAtLoad(final long loaded) {
            if (loaded == address && Thread.currentThread() == thread && arrived.getCount() > 0) {
                arrived.countDown();
                await(open);
            }
        }
    }
}
