package org.ashlar.engine;

import org.ashlar.pmem.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * What tests choose and users do not.
 *
 * @param geometry of a new pool, or null for the standard one
 * @param hashSeed of a new pool, or 0 for a random one
 */
record Tuning(@Nullable Geometry geometry, long hashSeed) {
    static final Tuning STANDARD = new Tuning(null, 0);

    private static final long MOST_PAID_NANOS = 1_000_000;
    private static final int TINY_CHUNK = 64 << 10;
    private static final long TINY_SECTION = 256 << 10;
    private static final int TINY_CHUNKS = 256;

    /** How long a write may work at the space of others, for {@link org.ashlar.engine.space.Evacuation}. */
    long mostPaidNanos() {
        return hashSeed == 0 ? MOST_PAID_NANOS : Long.MAX_VALUE; // what is to do alike in each run asks no clock
    }

    /** A pool of chunks of 64 KiB that can be copied in no time, and that hashes alike in each run. */
    static Tuning tiny() {
        return new Tuning(new Geometry(TINY_CHUNK, TINY_SECTION, TINY_CHUNKS), 42);
    }
}
