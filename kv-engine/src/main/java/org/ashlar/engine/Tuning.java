package org.ashlar.engine;

import java.util.concurrent.TimeUnit;
import org.ashlar.pmem.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * What tests choose and users do not.
 *
 * @param geometry of a new pool, or null for the standard one
 * @param hashSeed of a new pool, or 0 for a random one
 * @param mostPaidNanos how long a write may work at the space of others, for {@link org.ashlar.engine.space.Evacuation}
 */
record Tuning(@Nullable Geometry geometry, long hashSeed, long mostPaidNanos) {
    private static final long MOST_PAID_NANOS = 1_000_000;
    private static final long NO_LIMIT = TimeUnit.DAYS.toNanos(1);

    static final Tuning STANDARD = new Tuning(null, 0);

    private static final int TINY_CHUNK = 64 << 10;
    private static final long TINY_SECTION = 256 << 10;
    private static final int TINY_CHUNKS = 256;

    Tuning(final @Nullable Geometry geometry, final long hashSeed) {
        // What is to do alike in each run has a limit that no clock reaches.
        this(geometry, hashSeed, hashSeed == 0 ? MOST_PAID_NANOS : NO_LIMIT);
    }

    /** A pool of chunks of 64 KiB that can be copied in no time, and that hashes alike in each run. */
    static Tuning tiny() {
        return new Tuning(new Geometry(TINY_CHUNK, TINY_SECTION, TINY_CHUNKS), 42);
    }
}
