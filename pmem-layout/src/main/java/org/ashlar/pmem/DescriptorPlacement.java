package org.ashlar.pmem;

/** Where the volatile descriptors and chunk headers of a pool live. */
public enum DescriptorPlacement {
    /**
     * Where a pool is created: {@link #FILE} where a descriptor file is named, else {@link #DRAM} where the maximum size is at
     * most {@link #AUTO_DRAM_BYTES}, else {@link #POOL}. Where it is opened: as it was created.
     */
    AUTO,
    /** In anonymous memory: 16 MiB for each GiB of data that is in use. */
    DRAM,
    /** In the pool file, in front of each section; takes part of the pool and no DRAM. */
    POOL,
    /** In a file of its own, which may lie on another device and may be lost between opens. */
    FILE;

    /** {@link #AUTO} chooses {@link #DRAM} for pools of at most this maximum size, which bounds it to 64 MiB. */
    public static final long AUTO_DRAM_BYTES = 4L << 30;
}
