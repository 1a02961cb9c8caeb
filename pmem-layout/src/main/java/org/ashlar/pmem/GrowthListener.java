package org.ashlar.pmem;

/**
 * Hears when a pool grows. Called by the thread that grows it, under the lock of growth: so one growth at a time, ends follow begins, and
 * nothing here may ask the pool for more, block or throw.
 */
public interface GrowthListener {
    /** Hears nothing. */
    GrowthListener NONE = new GrowthListener() {
        @Override
        public void growthBegins(final int allocatedChunks) {}

        @Override
        public void growthEnds(final int allocatedChunks) {}
    };

    /**
     * Growth begins.
     *
     * @param allocatedChunks that may be touched so far
     */
    void growthBegins(int allocatedChunks);

    /**
     * Growth has ended, or failed.
     *
     * @param allocatedChunks that may be touched now; as many as before where it failed
     */
    void growthEnds(int allocatedChunks);
}
