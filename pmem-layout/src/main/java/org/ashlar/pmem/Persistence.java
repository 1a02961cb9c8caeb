package org.ashlar.pmem;

/**
 * How one pool makes a range durable, fixed when the pool is opened. The only way to ask for durability.
 *
 * <p>Thread-safe. {@link #persist} costs a write-back and a fence, a fence, a system call, or nothing, by {@link #mode}.
 */
public final class Persistence {
    /** What {@link #persist} does. */
    public enum Mode {
        /** Cache-line write-back and fence: durable on a DAX mapping, and the stand-in for it on any other. */
        WRITE_BACK,
        /** Fence only: the persistence domain includes the CPU caches (eADR, {@code persistence_domain=cpu_cache}). */
        FENCE_ONLY,
        /** {@code msync(MS_SYNC)} of the pages of the range. */
        MSYNC,
        /** Order of stores only: survives the process, not the machine. */
        PROCESS_CRASH
    }

    /** Makes whole pages of a mapping durable; implemented with {@code msync}. */
    @FunctionalInterface
    interface PageSync {
        /**
         * Returns when the pages of the range are on the device.
         *
         * @param address first byte, any alignment
         * @param length bytes
         */
        void sync(long address, long length);

        /**
         * Returns unless an earlier sync has failed.
         *
         * @throws PoolException {@code MEDIA_ERROR} when one has
         */
        default void checkSound() {}
    }

    private final Mode mode;
    private final PageSync pageSync;

    Persistence(final Mode mode, final PageSync pageSync) {
        this.mode = mode;
        this.pageSync = pageSync;
    }

    /**
     * What {@link #persist} does here.
     *
     * @return the mode
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Makes a range durable, and orders it before everything this thread stores afterwards. Where a page of it cannot be read, which is where a
     * store to it did not happen either, that shows here: before what was stored is relied on.
     *
     * @param address first byte
     * @param length bytes, more than 0
     * @throws InternalError where a page of the range has gone bad
     */
    public void persist(final long address, final long length) {
        Memory.checkReadable(address, length);
        persistChecked(address, length);
    }

    /**
     * Does what {@link #persist} does, for pages of which the caller has found just now, by {@link Memory#checkStored} or {@link Memory#probe},
     * that they can be read. Where that is not so the JVM ends.
     *
     * @param address first byte
     * @param length bytes, more than 0
     */
    public void persistChecked(final long address, final long length) {
        switch (mode) {
            case WRITE_BACK -> Memory.writeBack(address, length);
            case FENCE_ONLY -> Memory.fullFence();
            case MSYNC -> pageSync.sync(address, length);
            case PROCESS_CRASH -> {
                pageSync.checkSound(); // after a sync of the pool that failed nothing is taken any more
                Memory.releaseFence();
            }
        }
    }
}
