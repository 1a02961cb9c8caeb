package org.ashlar.bench;

import java.nio.file.Path;
import org.ashlar.pmem.DurabilityRequest;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;

/** Memory for the raw probe, mapped as the store maps its own: a pool of the layout below it, with nothing in it. */
public final class RawMapping implements AutoCloseable {
    private final Pool pool;
    private final Persistence persistence;

    private RawMapping(final Pool pool) {
        this.pool = pool;
        persistence = pool.persistence();
    }

    public static RawMapping create(final Path file, final long bytes) {
        final Pool pool = Pool.open(
                file,
                PoolOptions.builder()
                        .openMode(PoolOptions.OpenMode.CREATE_ONLY)
                        .durability(DurabilityRequest.WRITE_BACK_FORCED)
                        .initialBytes(bytes)
                        .maximumBytes(bytes)
                        .build());
        final int chunkBytes = pool.geometry().chunkBytes();
        pool.allocateChunksTo(Math.toIntExact((bytes + chunkBytes - 1) / chunkBytes));
        return new RawMapping(pool);
    }

    long address() {
        return pool.dataAddress();
    }

    /** Writes back and fences. */
    void persist(final long address, final long length) {
        persistence.persist(address, length);
    }

    @Override
    public void close() {
        pool.close();
    }
}
