package org.ashlar.kv;

/** Where the volatile page descriptors of a store live. */
public enum Placement {
    /** {@link #DRAM} for small pools, {@link #POOL} for large ones. */
    AUTO,
    /** In ordinary memory: 1.6% of the touched part of the data. */
    DRAM,
    /** In the pool file itself, so that a store needs almost no memory. */
    POOL,
    /** In a file of their own. */
    FILE
}
