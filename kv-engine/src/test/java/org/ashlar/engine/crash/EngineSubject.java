package org.ashlar.engine.crash;

import java.nio.file.Path;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.PoolRanges;
import org.ashlar.pmem.sim.CrashSimulator;

/**
 * The engine, on a tiny geometry.
 *
 * @param placement where descriptors live
 * @param chunks that a pool can grow to
 * @param durability {@code WRITE_BACK_FORCED}, or {@code POWER_FAILURE}, which is by syncs of pages here
 */
record EngineSubject(Placement placement, int chunks, Durability durability) implements Subject {
    EngineSubject(final Placement placement, final int chunks) {
        this(placement, chunks, Durability.WRITE_BACK_FORCED);
    }

    @Override
    public Store open(final Path path) {
        return TinyStores.open(path, placement, chunks, durability);
    }

    @Override
    public CrashSimulator simulator(final Path path) {
        final CrashSimulator simulator = TinyStores.simulator(path, placement, chunks);
        if (durability == Durability.POWER_FAILURE) {
            simulator.persistBySync();
        }
        return simulator;
    }

    @Override
    public Path draftOf(final Path path) {
        return PoolRanges.draftOf(path);
    }
}
