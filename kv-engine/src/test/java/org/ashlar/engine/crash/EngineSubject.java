package org.ashlar.engine.crash;

import java.nio.file.Path;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.PoolRanges;
import org.ashlar.pmem.sim.CrashSimulator;

/**
 * The engine, on a tiny geometry.
 *
 * @param placement where descriptors live
 * @param chunks that a pool can grow to
 */
record EngineSubject(Placement placement, int chunks) implements Subject {
    @Override
    public Store open(final Path path) {
        return TinyStores.open(path, placement, chunks);
    }

    @Override
    public CrashSimulator simulator(final Path path) {
        return TinyStores.simulator(path, placement, chunks);
    }

    @Override
    public Path draftOf(final Path path) {
        return PoolRanges.draftOf(path);
    }
}
