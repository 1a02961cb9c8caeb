package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.micrometer.StoreMetrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Meters of a real store. */
final class MetricsTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @Test
    void metersSayWhatStatsSaysUntilTheStoreIsClosed() {
        final MockClock clock = new MockClock();
        final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
        final EngineStore store = TestStores.tiny(folder.resolve("pool"));
        new StoreMetrics(store, "users").bindTo(registry);
        for (int i = 0; i < 1_000; i++) {
            store.map("m").put(new byte[] {(byte) i, (byte) (i >> 8)}, new byte[100]);
        }
        final StoreStats stats = store.stats();
        final Gauge live = registry.get("ashlar.store.space")
                .tags("state", "live", "kind", "slots")
                .gauge();
        assertEquals((double) stats.bytes().liveSlots(), live.value());
        assertEquals(
                (double) stats.splits(),
                registry.get("ashlar.store.splits").functionCounter().count());
        assertTrue(stats.splits() > 0);
        store.close();
        clock.add(Duration.ofMinutes(1));
        assertEquals(Double.NaN, live.value());
        assertEquals(
                (double) stats.splits(),
                registry.get("ashlar.store.splits").functionCounter().count());
    }
}
