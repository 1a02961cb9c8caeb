package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.CLOSED;
import static org.ashlar.pmem.PoolException.Reason.NOT_ALLOCATED;
import static org.ashlar.pmem.PoolException.Reason.OUT_OF_BOUNDS;

/**
 * Which chunks have blocks on the device, and so may be touched: those below a mark, and those that a durable bitmap names.
 * Read by any thread; changed by {@link PoolGrowth} under its lock.
 */
final class AllocationState {
    private static final int CLOSED_MARK = -1;

    private final long mapAddress;
    private volatile int chunkCount;
    private volatile int allocatedChunks;

    AllocationState(final long mapAddress, final int chunkCount, final int allocatedChunks) {
        assert 0 <= allocatedChunks && allocatedChunks <= chunkCount : allocatedChunks + " of " + chunkCount;
        this.mapAddress = mapAddress;
        this.chunkCount = chunkCount;
        this.allocatedChunks = allocatedChunks;
    }

    int chunkCount() {
        return chunkCount;
    }

    int allocatedChunks() {
        return Math.max(0, allocatedChunks);
    }

    void setChunkCount(final int value) {
        chunkCount = value;
    }

    void setAllocatedChunks(final int value) {
        allocatedChunks = value;
    }

    /** From now on nothing may be touched. */
    void close() {
        allocatedChunks = CLOSED_MARK;
        chunkCount = 0;
    }

    boolean isClosed() {
        return allocatedChunks == CLOSED_MARK;
    }

    void checkOpen() {
        if (isClosed()) {
            throw closed();
        }
    }

    /** Throws unless the chunk may be touched. */
    void checkChunk(final long chunk) {
        final int allocated = allocatedChunks;
        if (chunk < 0 || chunk >= allocated) {
            checkSparse(chunk, allocated);
        }
    }

    private void checkSparse(final long chunk, final int allocated) {
        if (allocated == CLOSED_MARK) {
            throw closed();
        }
        final int count = chunkCount;
        if (chunk < 0 || chunk >= count) {
            throw new PoolException(
                    OUT_OF_BOUNDS, "the pool has chunks 0 to " + (count - 1) + ", and no chunk " + chunk);
        }
        if (!isSparselyAllocated((int) chunk)) {
            throw new PoolException(
                    NOT_ALLOCATED,
                    "chunk " + chunk + " has no blocks on the device (allocated: " + allocated
                            + " chunks from the front); call allocateChunksTo or allocateRange first");
        }
    }

    boolean isAllocated(final int chunk) {
        return chunk < allocatedChunks || isSparselyAllocated(chunk);
    }

    /** Whether the bitmap names the chunk; the bitmap itself always has blocks. */
    boolean isSparselyAllocated(final int chunk) {
        return (Memory.getLongAcquire(wordAddress(chunk)) >>> (chunk & 63) & 1) != 0;
    }

    long wordAddress(final int chunk) {
        return mapAddress + ((long) (chunk >> 6) << 3);
    }

    /** Whether any chunk of the section that begins at that chunk has blocks. */
    boolean anyAllocatedFrom(final int firstChunk, final Geometry geometry) {
        final int end = Math.min(chunkCount, firstChunk + geometry.chunksPerSection());
        if (firstChunk < allocatedChunks()) {
            return true;
        }
        for (int chunk = firstChunk; chunk < end; chunk++) {
            if (isSparselyAllocated(chunk)) {
                return true;
            }
        }
        return false;
    }

    private static PoolException closed() {
        return new PoolException(CLOSED, "the pool is closed; open it again");
    }
}
