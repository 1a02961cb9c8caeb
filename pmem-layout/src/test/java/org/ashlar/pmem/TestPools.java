package org.ashlar.pmem;

/** Pools for tests. */
final class TestPools {
    /** 64 KiB chunks, 4 to a section, 16 sections. */
    static final Geometry TINY = new Geometry(64 << 10, 256 << 10, 64);

    private TestPools() {}

    /** Options for a tiny pool with its descriptors in it and write-back forced, without background work. */
    static PoolOptions.Builder tiny() {
        return PoolOptions.builder()
                .geometry(TINY)
                .initialBytes(512 << 10)
                .placement(DescriptorPlacement.POOL)
                .durability(DurabilityRequest.WRITE_BACK_FORCED)
                .backgroundGrowth(false);
    }
}
