package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.function.Executable;

/** Stores for tests. */
final class TestStores {
    /** Whether the tests that scale run at full length. */
    static final boolean LONG = Boolean.getBoolean("ashlar.long");

    private static final int MOST_VERIFICATIONS = 100;

    private TestStores() {}

    /** The seed of the property; without it 0 and one that differs from run to run, and more of them in a long run. */
    static LongStream seeds(final int slow) {
        final Long given = Long.getLong("ashlar.seed");
        return given != null
                ? LongStream.of(given)
                : LongStream.concat(
                        LongStream.range(0, LONG ? slow : 1), LongStream.of(System.nanoTime() & 0xFFFF_FFFFL));
    }

    /** Runs what follows from a seed; a failure says how to repeat it. */
    static void repeatable(final Class<?> test, final long seed, final Executable body) {
        try {
            body.execute();
        } catch (final Throwable e) {
            throw new AssertionError(
                    "seed " + seed + "; to repeat it: mvn -q -pl kv-engine -am test -Dtest=" + test.getSimpleName()
                            + " -Dashlar.seed=" + seed,
                    e);
        }
    }

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

    /** As {@link #tiny}, by syncs of pages: for a file on a disk. */
    static EngineStore tinySynced(final Path path) {
        return EngineStore.open(path, options().withDurability(Durability.POWER_FAILURE), Tuning.tiny());
    }

    /**
     * As {@link #tiny}, with room for 256 MiB: on a busy machine an operation may not run for a tenth of a second, and nothing that
     * others replace meanwhile can be used again before it ends.
     */
    static EngineStore roomy(final Path path) {
        return EngineStore.open(path, options(), new Tuning(new Geometry(64 << 10, 256 << 10, 4096), 42));
    }

    /** Address of the record of a key, in a store with hash seed 42; 0 when there is none. */
    static long recordOf(final MapCore core, final byte[] key) {
        final long hash = new Keys(42).hash(key, Memory.ARRAY_BASE, key.length);
        return core.index().find(hash, key, Memory.ARRAY_BASE, key.length);
    }

    /** Checks the whole store; a test's last word. */
    static void assertSound(final Store store) {
        VerifyReport report = store.verify();
        for (int i = 0; i < MOST_VERIFICATIONS && report.isSound() && !report.spaceCompared(); i++) {
            report = store.verify(); // the store's own threads may have been at work
        }
        assertTrue(report.isSound(), String.join("\n", report.problems()));
        assertTrue(report.spaceCompared(), "live and free space were compared");
        assertEquals(0, store.stats().quarantinedSlots(), "verify frees what nothing refers to");
    }
}
