package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.VerifyReport;

/** Stores for tests. */
final class TestStores {
    /** Whether the tests that scale run at full length. */
    static final boolean LONG = Boolean.getBoolean("ashlar.long");

    private TestStores() {}

    /** Descriptors in the pool, write-back forced, no background work: what happens is the same in each run. */
    static StoreOptions options() {
        return StoreOptions.defaults()
                .withInitialBytes(512 << 10)
                .withMaximumBytes(64L << 20)
                .withPlacement(Placement.POOL)
                .withDurability(Durability.WRITE_BACK_FORCED)
                .withBackgroundWork(false);
    }

    /** A store of 256 chunks of 64 KiB, with hash seed 42. */
    static EngineStore tiny(final Path path) {
        return EngineStore.open(path, options(), Tuning.tiny());
    }

    /** Checks the whole store; a test's last word. */
    static void assertSound(final Store store) {
        final VerifyReport report = store.verify();
        assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
        assertEquals(0, store.stats().quarantinedSlots(), "verify frees what nothing refers to");
    }
}
