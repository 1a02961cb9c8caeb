package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.ashlar.kv.Placement;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.Scheduler;
import org.ashlar.pmem.sim.TurnRecorder;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A killed process has left the word of a span that is not durable. Once the next one says that it has touched the span's chunk, any thread may
 * put a record into that span, with fences of its own alone: so the word must be durable by then, not at the toucher's next fence.
 */
@Tag("simulator")
public final class SettledSpansTest {
    private static final int CHUNKS = 16;
    private static final int SLOT_CHUNK = 1;

    @Test
    void theWordsOfSpansAreDurableWhenTheirChunkCountsAsTouched() {
        assertTrue(areDurableWhenTouched());
    }

    /**
     * Kills a process that has just stored a span's word, and lets the next one touch its chunk.
     *
     * @return whether the word is durable as soon as the chunk counts as initialised
     */
    public static boolean areDurableWhenTouched() {
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path pool = directory.file("pool");
            final Path killed = directory.file("killed");
            final CrashSimulator simulator = TinyStores.simulator(pool, Placement.POOL, CHUNKS);
            RecorderHub.install(simulator);
            final boolean[] isDurable = {false};
            try (EngineStore store = open(pool)) {
                store.map("m").put(new byte[] {1}, new byte[100]);
                final long words = wordsOf(store.space().pool());
                simulator.listen((event, kind) -> {
                    if (kind == EventKind.WRITE_BACK && simulator.isPending(words)) {
                        simulator.listen(null);
                        simulator.writeImage(
                                killed, ImageChoice.KILLED, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
                        isDurable[0] = touch(killed, simulator);
                        RecorderHub.install(simulator);
                    }
                });
                store.map("m").put(new byte[] {2}, new byte[1000]); // of a size that has no span yet
                simulator.listen(null);
            }
            return isDurable[0];
        } finally {
            RecorderHub.install(null);
        }
    }

    private static boolean touch(final Path path, final CrashSimulator killed) {
        final CrashSimulator next = TinyStores.simulator(path, Placement.POOL, CHUNKS);
        next.inherit(killed);
        RecorderHub.install(next);
        try (EngineStore store = open(path)) {
            final Watch watch = new Watch(store.space().pool(), next);
            RecorderHub.install(new TurnRecorder(watch, next));
            assertTrue(store.verify().isSound()); // touches all there is
            RecorderHub.install(next);
            assertTrue(watch.wasTouched, "the chunk was touched");
            return !watch.wasPending;
        }
    }

    /** Looks at each step of the memory seam. */
    private static final class Watch implements Scheduler {
        private final Pool pool;
        private final CrashSimulator simulator;
        private boolean looks;
        boolean wasTouched;
        boolean wasPending;

        Watch(final Pool pool, final CrashSimulator simulator) {
            this.pool = pool;
            this.simulator = simulator;
        }

        @Override
        public void step(final boolean telling) {
            if (!looks) {
                looks = true; // to look is a load too
                if (pool.descriptors().isChunkInitialised(SLOT_CHUNK)) {
                    wasTouched = true;
                    wasPending |= simulator.isPending(wordsOf(pool));
                }
                looks = false;
            }
        }

        @Override
        public void stepAtLoad(final long address) {
            step(false);
        }
    }

    private static EngineStore open(final Path path) {
        return (EngineStore) TinyStores.open(path, Placement.POOL, CHUNKS);
    }

    /** Where a chunk of slots has the words of its spans. */
    private static long wordsOf(final Pool pool) {
        return pool.dataAddress() + (long) SLOT_CHUNK * pool.geometry().chunkBytes();
    }
}
