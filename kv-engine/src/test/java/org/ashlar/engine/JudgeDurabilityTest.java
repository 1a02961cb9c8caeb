package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.engine.index.DirtyEntries;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The judge relies on what it reads: that a record is dead holds after a crash only if what replaced it is durable. */
@Tag("simulator")
public final class JudgeDurabilityTest {
    private static final int CHUNKS = 16;
    private static final byte[] KEY = {1};

    @Test
    void aRecordIsCalledDeadOnlyWhenTheDirtyEntriesOfItsLinesAreDurable() {
        assertTrue(isDurableAfterJudging());
    }

    /**
     * Lets a judge look for a record where only a DIRTY entry is.
     *
     * @return whether the entry is durable then
     */
    public static boolean isDurableAfterJudging() {
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path pool = directory.file("pool");
            final CrashSimulator simulator = TinyStores.simulator(pool, Placement.POOL, CHUNKS);
            RecorderHub.install(simulator);
            try (Store store = TinyStores.open(pool, Placement.POOL, CHUNKS)) {
                final EngineMap map = (EngineMap) store.map("judged");
                map.put(KEY, new byte[100]);
                final HashIndex index = map.core().index();
                final long entry = DirtyEntries.setIn(index);
                assertTrue(simulator.isPending(entry), "the bit that was just set");
                final long hash = new Keys(Tuning.tiny().hashSeed()).hash(KEY, Memory.ARRAY_BASE, KEY.length);
                assertFalse(index.judge().refersTo(hash, 0), "the entry points elsewhere");
                return !simulator.isPending(entry);
            }
        } finally {
            RecorderHub.install(null);
        }
    }
}
