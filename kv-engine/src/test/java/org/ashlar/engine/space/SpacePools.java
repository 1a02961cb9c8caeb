package org.ashlar.engine.space;

import java.nio.file.Path;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;

/** Pools without a store, for tests of what gives out their space. */
final class SpacePools {
    private static final Geometry GEOMETRY = new Geometry(64 << 10, 256 << 10, 16);

    static final int SIZE_CLASSES = Space.sizeClasses(GEOMETRY.pagesPerChunk());

    private SpacePools() {}

    /** A pool of 16 chunks of 64 KiB. */
    static Pool open(final Path path) {
        return Pool.open(
                path,
                PoolOptions.builder().geometry(GEOMETRY).initialBytes(256 << 10).build());
    }
}
