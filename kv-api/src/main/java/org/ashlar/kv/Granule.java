package org.ashlar.kv;

/** The sections that a new pool grows by, and what they are aligned to; fixed when the pool is created. */
public enum Granule {
    /** {@link #MIB_2}, or {@link #GIB_1} for a pool that begins with more than 256 GiB or may grow beyond 2 TiB. */
    AUTO,

    /** Sections of 128 MiB of data, aligned to 2 MiB. */
    MIB_2,

    /** Sections of 64 GiB of data, aligned to 1 GiB: fewer mappings, and an open that does less, for a large pool. */
    GIB_1
}
