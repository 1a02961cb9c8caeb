package org.ashlar.bench;

import java.io.IOException;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/**
 * Space: what the pool takes for each byte of keys and values, freshly loaded and after every record was overwritten.
 */
final class SpacePart {
    private SpacePart() {}

    static void run(final Settings settings, final Report report) throws IOException {
        report.section("Space");
        try (Scratch scratch = Scratch.in(settings.path, Scratch.poolBytes(settings.records));
                Store store = Pools.open(scratch.file("store.pool"))) {
            final KvMap map = store.map(Pools.MAP);
            Pools.load(map, 0, settings.records);
            report(report, "pool bytes per user byte, loaded", store.stats(), settings.records);
            new StoreOperations(map, settings.records, 1).update(settings.records);
            report(report, "pool bytes per user byte, after as many updates", store.stats(), settings.records);
        }
    }

    static void report(final Report report, final String name, final StoreStats stats, final long records) {
        report.figure(name, (double) stats.poolBytes() / (records * Records.USER_BYTES), "");
    }
}
