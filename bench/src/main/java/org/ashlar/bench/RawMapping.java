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

    /** Makes a file and maps it. */
    public static RawMapping create(final Path file, final long bytes) {
        final Pool pool = open(file, bytes, PoolOptions.OpenMode.CREATE_ONLY);
        final int chunkBytes = pool.geometry().chunkBytes();
        pool.allocateChunksTo(Math.toIntExact((bytes + chunkBytes - 1) / chunkBytes));
        return new RawMapping(pool);
    }

    /** Maps a file that was made before: this process has touched none of its pages yet. */
    public static RawMapping reopen(final Path file, final long bytes) {
        return new RawMapping(open(file, bytes, PoolOptions.OpenMode.OPEN_ONLY));
    }

    private static Pool open(final Path file, final long bytes, final PoolOptions.OpenMode mode) {
        return Pool.open(
                file,
                PoolOptions.builder()
                        .openMode(mode)
                        .durability(DurabilityRequest.WRITE_BACK_FORCED)
                        .initialBytes(bytes)
                        .maximumBytes(bytes)
                        .build());
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
