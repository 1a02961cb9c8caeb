package org.ashlar.engine;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.Geometry;

/**
 * The pools that {@link PowerCutWriter} writes to at once: one that grows by small steps and has its descriptors in the file, and one as a user
 * gets it by default, with room for less.
 */
final class PowerCutPools {
    static final List<String> NAMES = List.of("small.pool", "standard.pool");

    private static final int SMALL_CHUNKS = 4096;
    private static final long MAXIMUM_BYTES = 256L << 20;

    private PowerCutPools() {}

    /** Opens a pool, or creates it. */
    static EngineStore open(final Path folder, final int pool, final Durability durability) {
        final StoreOptions options =
                StoreOptions.defaults().withMaximumBytes(MAXIMUM_BYTES).withDurability(durability);
        return pool == 0
                ? EngineStore.open(
                        folder.resolve(NAMES.get(pool)),
                        options.withInitialBytes(1 << 20)
                                .withPlacement(Placement.POOL)
                                .withBackgroundWork(false),
                        new Tuning(new Geometry(64 << 10, 256 << 10, SMALL_CHUNKS), 42))
                : EngineStore.open(folder.resolve(NAMES.get(pool)), options, Tuning.STANDARD);
    }

    /** The workload of a writer in the life of a pool that ends with a cut. */
    static long life(final long seed, final int cut, final int pool) {
        return (seed * 1_000 + cut) * NAMES.size() + pool;
    }

    /** What a writer says when an operation is acknowledged. */
    static char acknowledgement(final int pool, final int writer) {
        return (char) ('0' + pool * KillWorkload.WRITERS + writer);
    }

    static int writers() {
        return NAMES.size() * KillWorkload.WRITERS;
    }
}
