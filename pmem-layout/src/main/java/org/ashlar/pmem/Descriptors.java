package org.ashlar.pmem;

import java.util.concurrent.atomic.LongAdder;

/**
 * The descriptors and chunk headers of an open pool: where they are, which of them are initialised, and the latch and lock
 * in each.
 *
 * <p>They are initialised lazily. Each bears the stamp of the open that initialised it, and counts as uninitialised under
 * any other; so an open touches none of them. The first to need one claims it ({@link #beginInitialisation}), fills it and
 * publishes the stamp ({@link #endInitialisation}). A section, a chunk and a page are stamped separately: where a section
 * is not, nothing below it is.
 *
 * <p>The stamp word of a descriptor or chunk header has three states: the current stamp (initialised), the current stamp with bit 0 set
 * (somebody is filling it), and anything else. Stamps of opens have bit 0 clear and are never 0. The number of the page or chunk is mixed into it.
 *
 * <p>Thread-safe. A place that has no blocks on the device is refused ({@code NOT_ALLOCATED}), as touching it could kill the
 * JVM on a full device. An address that was handed out must not be used after the pool is closed.
 */
public final class Descriptors {
    private static final long LATCHED = 1;

    /** Bits of a stamp that are random; those above are never all 0. */
    private static final long RANDOM_MASK = 0xFFFF_FFFEL;

    private static final long LOCKED = 1;
    private static final int DESCRIPTOR_SHIFT = 6;
    private static final int PAUSES_PER_LOOK = 64;

    /** With pauses of up to 2 ms: a seventh of a second. */
    private static final int MOST_ATTEMPTS = 160;

    private static final int CHUNK_HEADER_SHIFT = 7;

    private final PoolMapping mapping;
    private final AllocationState allocation;
    private final long stamp;
    private final int pagesPerChunkShift;
    private final int chunksPerSectionShift;
    private final long coreBase;
    private final long chunkHeaderBase;
    private final long sectionHeaderBase;
    private final LongAdder initialisedPages = new LongAdder();
    private final LongAdder initialisedChunks = new LongAdder();

    Descriptors(final PoolMapping mapping, final AllocationState allocation, final long stamp) {
        assert stamp != 0 && (stamp & LATCHED) == 0 : stamp;
        this.mapping = mapping;
        this.allocation = allocation;
        this.stamp = stamp;
        final Geometry geometry = mapping.layout().geometry();
        pagesPerChunkShift = geometry.pagesPerChunkShift();
        chunksPerSectionShift = Integer.numberOfTrailingZeros(geometry.chunksPerSection());
        coreBase = mapping.descriptorAddress();
        chunkHeaderBase = mapping.chunkHeaderAddress();
        sectionHeaderBase = mapping.sectionHeaderAddress();
    }

    // ------------------------------------------------------------------------------------------------- addresses

    /**
     * The address of a page's core descriptor: base + (page &lt;&lt; 6).
     *
     * @param page number of the page, counted from linear byte 0
     * @return address of 64 bytes, aligned to them
     * @throws PoolException ({@code OUT_OF_BOUNDS}, {@code NOT_ALLOCATED} or {@code CLOSED})
     */
    public long core(final long page) {
        allocation.checkChunk(page >> pagesPerChunkShift);
        return coreBase + (page << DESCRIPTOR_SHIFT);
    }

    /**
     * The address of a chunk's header.
     *
     * @param chunk number of the chunk
     * @return address of 128 bytes, aligned to them
     * @throws PoolException ({@code OUT_OF_BOUNDS}, {@code NOT_ALLOCATED} or {@code CLOSED})
     */
    public long chunkHeader(final int chunk) {
        allocation.checkChunk(chunk);
        return chunkHeaderBase + ((long) chunk << CHUNK_HEADER_SHIFT);
    }

    private long sectionHeader(final long chunk) {
        return sectionHeaderBase + (chunk >> chunksPerSectionShift) * SectionHeader.BYTES;
    }

    // -------------------------------------------------------------------------------------------- initialisation

    /**
     * Whether a page's descriptor is initialised; what its initialiser stored is visible then.
     *
     * @param page number of the page
     * @return true where it bears the stamp of this open
     * @throws InternalError where it cannot be read
     */
    public boolean isInitialised(final long page) {
        return bears(core(page) + CoreDescriptor.STAMP_OFFSET, stampOf(page));
    }

    /** A load that meets a fault leaves its register as it was: it does not hold what is looked for, but nor is anything else an answer. */
    private static boolean bears(final long address, final long own) {
        if (Memory.getLongAcquire(address) == own) {
            return true;
        }
        Memory.checkReadable(address);
        return false;
    }

    /** Other for each page or chunk: the register of a load that meets a fault may still hold the stamp of the one before. Never 0. */
    private long stampOf(final long number) {
        return stamp ^ (number << 1 & RANDOM_MASK);
    }

    /** What a look at a page's descriptor finds. */
    public enum State {
        /** It bears the stamp of this open. */
        INITIALISED,
        /** It bears another stamp, or somebody is filling it. */
        UNINITIALISED,
        /** The device cannot read it. */
        UNREADABLE
    }

    /**
     * As {@link #isInitialised}, for who goes on where it cannot be read.
     *
     * @param page number of the page
     * @return what was found
     */
    public State state(final long page) {
        try {
            return isInitialised(page) ? State.INITIALISED : State.UNINITIALISED;
        } catch (final InternalError e) {
            return State.UNREADABLE;
        }
    }

    /**
     * Whether a page's descriptor can be read; to be asked before it is loaded from.
     *
     * @param page number of the page
     * @return false where the device cannot read it
     */
    public boolean isReadable(final long page) {
        return Memory.isReadable(core(page), CoreDescriptor.BYTES);
    }

    /**
     * Whether a chunk's header can be read; to be asked before it is loaded from.
     *
     * @param chunk number of the chunk
     * @return false where the device cannot read it
     */
    public boolean isChunkReadable(final int chunk) {
        return Memory.isReadable(chunkHeader(chunk), ChunkHeader.BYTES);
    }

    /**
     * Whether nobody has begun to initialise a page's descriptor.
     *
     * @param page number of the page
     * @return true where it bears the stamp of no open or of another one
     * @throws InternalError where it cannot be read
     */
    public boolean isUntouched(final long page) {
        final long address = core(page) + CoreDescriptor.STAMP_OFFSET;
        if ((Memory.getLongAcquire(address) & ~LATCHED) == stampOf(page)) {
            return false;
        }
        Memory.checkReadable(address);
        return true;
    }

    /**
     * Whether a chunk's header is initialised; what its initialiser stored is visible then.
     *
     * @param chunk number of the chunk
     * @return true where it bears the stamp of this open
     * @throws InternalError where it cannot be read
     */
    public boolean isChunkInitialised(final int chunk) {
        return bears(chunkHeader(chunk) + ChunkHeader.STAMP_OFFSET, stampOf(chunk));
    }

    /**
     * Claims a page's descriptor for initialisation, or waits until whoever claimed it is done.
     *
     * @param page number of the page
     * @return true: the caller owns the latch and all other bytes are 0; it must call {@link #endInitialisation}, or {@link
     *     #abandonInitialisation} where it fails. False: the descriptor is initialised
     */
    public boolean beginInitialisation(final long page) {
        return begin(core(page), stampOf(page), CoreDescriptor.BYTES, page >> pagesPerChunkShift);
    }

    /**
     * Publishes a page's descriptor and everything stored before.
     *
     * @param page number of the page
     */
    public void endInitialisation(final long page) {
        end(core(page), stampOf(page));
        initialisedPages.increment();
        count(page >> pagesPerChunkShift, SectionHeader.PAGES_OFFSET);
    }

    /**
     * Gives a page's descriptor back uninitialised.
     *
     * @param page number of the page
     */
    public void abandonInitialisation(final long page) {
        abandon(core(page), stampOf(page));
    }

    /**
     * Claims a chunk's header for initialisation, or waits until whoever claimed it is done.
     *
     * @param chunk number of the chunk
     * @return true: the caller owns the latch and all other bytes are 0; it must call {@link #endChunkInitialisation}, or
     *     {@link #abandonChunkInitialisation} where it fails. False: the header is initialised
     */
    public boolean beginChunkInitialisation(final int chunk) {
        return begin(chunkHeader(chunk), stampOf(chunk), ChunkHeader.BYTES, chunk);
    }

    /**
     * Publishes a chunk's header and everything stored before.
     *
     * @param chunk number of the chunk
     */
    public void endChunkInitialisation(final int chunk) {
        end(chunkHeader(chunk), stampOf(chunk));
        initialisedChunks.increment();
        count(chunk, SectionHeader.CHUNKS_OFFSET);
    }

    /**
     * Gives a chunk's header back uninitialised.
     *
     * @param chunk number of the chunk
     */
    public void abandonChunkInitialisation(final int chunk) {
        abandon(chunkHeader(chunk), stampOf(chunk));
    }

    private boolean begin(final long address, final long own, final int bytes, final long chunk) {
        int attempt = 0;
        while (true) {
            final long word = Memory.getLongAcquire(address);
            if (word == own) {
                return false;
            }
            if (word == (own | LATCHED)) {
                attempt = pause(attempt, address);
            } else {
                Memory.checkReadable(address); // a compare-and-set of a bad page ends the JVM, or fails for ever
                touchSection(chunk);
                if (Memory.compareAndSetLong(address, word, own | LATCHED)) {
                    zero(address, bytes);
                    return true;
                }
                attempt = pause(attempt, address);
            }
        }
    }

    private static void zero(final long address, final int bytes) {
        for (int offset = Long.BYTES; offset < bytes; offset += Long.BYTES) {
            Memory.putLong(address + offset, 0);
        }
    }

    private static void end(final long address, final long own) {
        checkLatched(address, own);
        Memory.putLongRelease(address, own);
    }

    private static void abandon(final long address, final long own) {
        checkLatched(address, own);
        Memory.putLongRelease(address, 0);
    }

    private static void checkLatched(final long address, final long own) {
        if (Memory.getLong(address) != (own | LATCHED)) {
            Memory.settleFaults(); // it may only not be readable any more
            throw new IllegalStateException("the initialisation of the descriptor was not begun");
        }
    }

    /** Stamps a section before anything below it bears the stamp; or not, where its page is bad: it holds figures only. */
    private void touchSection(final long chunk) {
        final long address = sectionHeader(chunk);
        int attempt = 0;
        while (Memory.isReadable(address, SectionHeader.BYTES)) {
            final long word = Memory.getLongAcquire(address);
            if (word == stamp) {
                return;
            }
            if (word == (stamp | LATCHED)) {
                attempt = Backoff.pause(attempt);
            } else if (Memory.compareAndSetLong(address, word, stamp | LATCHED)) {
                zero(address, SectionHeader.BYTES);
                Memory.putLongRelease(address, stamp);
                return;
            }
        }
    }

    private void count(final long chunk, final int offset) {
        final long address = sectionHeader(chunk) + offset;
        while (Memory.isReadable(address, Long.BYTES)) {
            final long count = Memory.getLongVolatile(address);
            if (Memory.compareAndSetLong(address, count, count + 1)) {
                return;
            }
        }
    }

    // ----------------------------------------------------------------------------------------------------- locks

    /**
     * Takes the lock of an initialised descriptor or chunk header; spins, then yields, then parks. Not reentrant. A lock that was taken shows
     * that the page can be read and written to: else its compare-and-set fails.
     *
     * @param descriptorAddress what {@link #core} or {@link #chunkHeader} returned
     * @throws InternalError where the page has gone bad; the lock is not taken then, and no fault shows later
     */
    public void lock(final long descriptorAddress) {
        int attempt = 0;
        while (!tryLock(descriptorAddress)) {
            attempt = pause(attempt, descriptorAddress);
        }
    }

    /**
     * As {@link #lock}, where nobody should have the lock, unless damage led to the descriptor: then it may be the caller itself.
     *
     * @param descriptorAddress what {@link #core} or {@link #chunkHeader} returned
     * @return false when somebody keeps the lock for a tenth of a second or more
     * @throws InternalError as {@link #lock}
     */
    public boolean lockSoon(final long descriptorAddress) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; ) {
            if (tryLock(descriptorAddress)) {
                return true;
            }
            attempt = pause(attempt, descriptorAddress);
        }
        return false;
    }

    /** Waits for another thread; not for ever, where there is none, and the page has gone bad or cannot be written to. */
    private static int pause(final int attempt, final long address) {
        if (attempt % PAUSES_PER_LOOK == 0) {
            Memory.checkReadable(address);
            if (attempt > 0) {
                Memory.settleFaults(); // of the compare-and-set
            }
        }
        return Backoff.pause(attempt);
    }

    /**
     * Takes the lock of an initialised descriptor or chunk header where it is free.
     *
     * @param descriptorAddress what {@link #core} or {@link #chunkHeader} returned
     * @return whether the caller has the lock now
     */
    public boolean tryLock(final long descriptorAddress) {
        final long address = descriptorAddress + CoreDescriptor.LOCK_OFFSET;
        return Memory.getLongAcquire(address) == 0 && Memory.compareAndSetLong(address, 0, LOCKED);
    }

    /**
     * Releases the lock of a descriptor or chunk header; everything stored before is visible to the next owner.
     *
     * @param descriptorAddress what {@link #core} or {@link #chunkHeader} returned
     */
    public void unlock(final long descriptorAddress) {
        final long address = descriptorAddress + CoreDescriptor.LOCK_OFFSET;
        if (Memory.getLong(address) != LOCKED) {
            Memory.settleFaults();
            throw new IllegalStateException("the descriptor is not locked");
        }
        Memory.putLongRelease(address, 0);
    }

    // ---------------------------------------------------------------------------------------------------- counts

    /**
     * How many pages have been initialised since the pool was opened.
     *
     * @return pages
     */
    public long initialisedPages() {
        return initialisedPages.sum();
    }

    /**
     * How many chunks have been initialised since the pool was opened.
     *
     * @return chunks
     */
    public long initialisedChunks() {
        return initialisedChunks.sum();
    }

    /**
     * How many pages have blocks on the device, and so can be initialised.
     *
     * @return pages, those of sparsely allocated chunks not counted
     */
    public long totalPages() {
        return (long) allocation.allocatedChunks() << pagesPerChunkShift;
    }

    /**
     * How many pages of a section have been initialised since the pool was opened.
     *
     * @param section number of the section
     * @return pages; 0 where the section has not been touched or allocated, or its figures cannot be kept
     */
    public long initialisedPagesOfSection(final int section) {
        return sectionCount(section, SectionHeader.PAGES_OFFSET);
    }

    /**
     * How many chunks of a section have been initialised since the pool was opened.
     *
     * @param section number of the section
     * @return chunks; 0 where the section has not been touched or allocated, or its figures cannot be kept
     */
    public long initialisedChunksOfSection(final int section) {
        return sectionCount(section, SectionHeader.CHUNKS_OFFSET);
    }

    private long sectionCount(final int section, final int offset) {
        final Geometry geometry = mapping.layout().geometry();
        final long firstChunk = (long) section << chunksPerSectionShift;
        allocation.checkOpen();
        if (section < 0
                || section >= geometry.maxSections()
                || !allocation.anyAllocatedFrom((int) firstChunk, geometry)) {
            return 0;
        }
        final long address = sectionHeader(firstChunk);
        if (!Memory.isReadable(address, SectionHeader.BYTES)) {
            return 0;
        }
        return Memory.getLongAcquire(address) == stamp ? Memory.getLongVolatile(address + offset) : 0;
    }
}
