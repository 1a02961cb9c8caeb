package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.engine.index.ForwardWords;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A directory may lag behind a split for good, when there is no room to change it, and then it leads the readers of later opens to the
 * parent: where a forward word is durable, the marks that send readers to it must be.
 */
@Tag("simulator")
public final class SplitMarksTest {
    private static final int CHUNKS = 64;

    @Test
    void theMarksOfASplitPageAreDurable() {
        assertTrue(areMarksDurable());
    }

    /**
     * Splits a page.
     *
     * @return whether all of its lines are durable from the moment on at which its forward word is stored
     */
    public static boolean areMarksDurable() {
        try (ImageDirectory directory = new ImageDirectory()) {
            final Path pool = directory.file("pool");
            final CrashSimulator simulator = TinyStores.simulator(pool, Placement.POOL, CHUNKS);
            RecorderHub.install(simulator);
            try (Store store = TinyStores.open(pool, Placement.POOL, CHUNKS)) {
                final EngineMap map = (EngineMap) store.map("m");
                final long[] parent = {0};
                final long splits = store.stats().splits();
                final boolean[] isDurable = {true};
                simulator.listen((event, kind) -> {
                    if (parent[0] != 0
                            && ForwardWords.isSetIn(parent[0])) { // on its way to be durable, or there by chance
                        isDurable[0] &= areLinesDurable(simulator, parent[0]);
                    }
                });
                for (int i = 0; store.stats().splits() == splits; i++) {
                    if (i % 50 == 0) {
                        map.core().index().visitLeaf(0, (page, records, count) -> {
                            parent[0] = page;
                            return true;
                        });
                    }
                    map.put(Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.US_ASCII), new byte[4]);
                }
                simulator.listen(null);
                assertEquals(splits + 1, store.stats().splits());
                return isDurable[0] && areLinesDurable(simulator, parent[0]);
            }
        } finally {
            RecorderHub.install(null);
        }
    }

    /** Whether all lines of a page but the first are durable. */
    private static boolean areLinesDurable(final CrashSimulator simulator, final long page) {
        boolean isDurable = true;
        for (int offset = Memory.LINE_BYTES; offset < Geometry.PAGE_BYTES; offset += Memory.LINE_BYTES) {
            isDurable &= !simulator.isPending(page + offset);
        }
        return isDurable;
    }
}
