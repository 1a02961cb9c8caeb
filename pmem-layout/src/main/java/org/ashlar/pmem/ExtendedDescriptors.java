package org.ashlar.pmem;

/**
 * What can be known of a page for debugging and tuning: how hot it is, who wrote it last, what allocated it. Kept in DRAM,
 * from zero at each open, where the pool was opened with extended descriptors; where it was not, every getter returns 0 and
 * every recorder does nothing, so that callers need not ask.
 *
 * <p>Thread-safe. Heat may miss counts under contention, as it is worth no atomic instruction.
 */
public final class ExtendedDescriptors {
    private static final int SHIFT = 6;

    private final AllocationState allocation;
    private final long base;
    private final int pagesPerChunkShift;

    ExtendedDescriptors(final PoolMapping mapping, final AllocationState allocation) {
        this.allocation = allocation;
        base = mapping.extendedAddress();
        pagesPerChunkShift = mapping.layout().geometry().pagesPerChunkShift();
    }

    /**
     * Whether the pool was opened with extended descriptors.
     *
     * @return false where every value is 0
     */
    public boolean isPresent() {
        return base != 0;
    }

    /**
     * How often a page was accessed since the pool was opened, by those who call {@link #recordAccess}.
     *
     * @param page number of the page
     * @return about that many; 0 where absent
     */
    public long accessHeat(final long page) {
        return get(page, ExtendedDescriptor.HEAT_OFFSET);
    }

    /**
     * The id of the thread that wrote a page last, as {@link #recordWrite} was told.
     *
     * @param page number of the page
     * @return the thread's id; 0 where absent or unknown
     */
    public long lastWriterThreadId(final long page) {
        return get(page, ExtendedDescriptor.LAST_WRITER_OFFSET);
    }

    /**
     * What allocated a page, as {@link #recordAllocation} was told.
     *
     * @param page number of the page
     * @return the engine's id for the site; 0 where absent or unknown
     */
    public long allocationSite(final long page) {
        return get(page, ExtendedDescriptor.ALLOCATION_SITE_OFFSET);
    }

    /**
     * Makes a page one access hotter.
     *
     * @param page number of the page
     */
    public void recordAccess(final long page) {
        if (base != 0) {
            final long address = address(page) + ExtendedDescriptor.HEAT_OFFSET;
            Memory.putLong(address, Memory.getLong(address) + 1);
        }
    }

    /**
     * Notes the current thread as a page's last writer.
     *
     * @param page number of the page
     */
    public void recordWrite(final long page) {
        if (base != 0) {
            put(
                    page,
                    ExtendedDescriptor.LAST_WRITER_OFFSET,
                    Thread.currentThread().getId());
        }
    }

    /**
     * Notes what allocated a page.
     *
     * @param page number of the page
     * @param site the engine's id for the site
     */
    public void recordAllocation(final long page, final long site) {
        put(page, ExtendedDescriptor.ALLOCATION_SITE_OFFSET, site);
    }

    private long get(final long page, final int offset) {
        return base == 0 ? 0 : Memory.getLong(address(page) + offset);
    }

    private void put(final long page, final int offset, final long value) {
        if (base != 0) {
            Memory.putLong(address(page) + offset, value);
        }
    }

    private long address(final long page) {
        allocation.checkChunk(page >> pagesPerChunkShift);
        return base + (page << SHIFT);
    }
}
