package org.ashlar.pmem;

import org.jspecify.annotations.Nullable;

/**
 * Gives chunks blocks on the device: for their data, their words in the chunk table, and, where descriptors are in a file,
 * their headers and descriptors. Nothing may touch a chunk before this has returned, or a full device would kill the JVM.
 */
final class DeviceBlocks {
    private final PoolLayout layout;
    private final PoolFile file;
    private final @Nullable DescriptorFile descriptorFile;

    DeviceBlocks(final PoolLayout layout, final PoolFile file, final @Nullable DescriptorFile descriptorFile) {
        this.layout = layout;
        this.file = file;
        this.descriptorFile = descriptorFile;
    }

    /** Allocates what a pool without chunks needs: headers, engine area, allocation map. */
    static void allocateFront(final PoolLayout layout, final PoolFile file) {
        file.allocate(0, PoolLayout.CHUNK_TABLE_OFFSET);
        file.allocate(layout.allocationMapOffset(), layout.allocationMapBytes());
    }

    /**
     * Allocates chunks that follow others which have blocks.
     *
     * @param from first chunk; all before it have blocks
     * @param to chunk after the last
     */
    void append(final int from, final int to) {
        // The page in which the last chunk's metadata ends has blocks already, and may be in use.
        allocate(from, to, from > 0);
    }

    /**
     * Allocates chunks anywhere, or again.
     *
     * @param from first chunk
     * @param to chunk after the last
     */
    void fill(final int from, final int to) {
        allocate(from, to, false);
    }

    /** Allocates again whatever is allocated, where blocks may have been lost. */
    void fillAgain(final AllocationState allocation) {
        int chunk = 0;
        while (chunk < allocation.chunkCount()) {
            int end = chunk;
            while (end < allocation.chunkCount() && allocation.isAllocated(end)) {
                end++;
            }
            if (end > chunk) {
                fill(chunk, end);
            }
            chunk = end + 1;
        }
    }

    private void allocate(final int from, final int to, final boolean skipSharedPage) {
        allocateEntries(file, PoolLayout.CHUNK_TABLE_OFFSET, PoolLayout.CHUNK_WORD_BYTES, from, to, skipSharedPage);
        if (layout.hasDescriptorParts()) {
            allocateHeaders(file, layout.sectionHeadersOffset(), layout.chunkHeadersOffset(), from, to, skipSharedPage);
        }
        final Geometry geometry = layout.geometry();
        int chunk = from;
        while (chunk < to) {
            final int section = chunk / geometry.chunksPerSection();
            final int first = section * geometry.chunksPerSection();
            final int end = (int) Math.min(to, (long) first + geometry.chunksPerSection());
            if (layout.hasDescriptorParts()) {
                allocateEntries(
                        file,
                        layout.descriptorsOffset(section),
                        geometry.chunkBytes() >> 6,
                        chunk - first,
                        end - first,
                        skipSharedPage && chunk > first);
            }
            file.allocate(layout.chunkOffset(chunk), geometry.dataBytes(end - chunk));
            chunk = end;
        }
        final DescriptorFile descriptors = descriptorFile;
        if (descriptors != null) {
            allocateHeaders(
                    descriptors.file(),
                    DescriptorFile.HEADERS_OFFSET,
                    DescriptorFile.HEADERS_OFFSET + layout.sectionHeaderBytes(),
                    from,
                    to,
                    skipSharedPage);
            allocateEntries(
                    descriptors.file(),
                    descriptors.descriptorsOffset(),
                    geometry.chunkBytes() >> 6,
                    from,
                    to,
                    skipSharedPage);
        }
    }

    private void allocateHeaders(
            final PoolFile target,
            final long sectionHeaders,
            final long chunkHeaders,
            final int from,
            final int to,
            final boolean skipSharedPage) {
        final Geometry geometry = layout.geometry();
        final int firstSection = from / geometry.chunksPerSection();
        allocateEntries(
                target,
                sectionHeaders,
                SectionHeader.BYTES,
                skipSharedPage ? geometry.sectionsOf(from) : firstSection,
                geometry.sectionsOf(to),
                skipSharedPage);
        allocateEntries(target, chunkHeaders, ChunkHeader.BYTES, from, to, skipSharedPage);
    }

    private static void allocateEntries(
            final PoolFile target,
            final long base,
            final int entryBytes,
            final int from,
            final int to,
            final boolean skipSharedPage) {
        final long start = (long) from * entryBytes;
        final long first = skipSharedPage ? PoolLayout.alignPage(start) : PoolLayout.alignPageDown(start);
        final long end = PoolLayout.alignPage((long) to * entryBytes);
        if (end > first) {
            target.allocate(base + first, end - first);
        }
    }

    /** Takes the blocks of a chunk's data away, as far as the file system can; its bytes become zero then. */
    void punch(final int chunk) {
        file.release(layout.chunkOffset(chunk), layout.geometry().chunkBytes());
    }

    /** Gives a chunk's data blocks again. */
    void refill(final int chunk) {
        file.allocate(layout.chunkOffset(chunk), layout.geometry().chunkBytes());
    }

    /**
     * Takes back what an append that failed may have allocated, as far as the file system can: the data of chunks.
     *
     * @param from first chunk
     * @param to chunk after the last
     * @param allocation knows the chunks in between that had blocks before, and must keep them
     */
    void undoAppend(final int from, final int to, final AllocationState allocation) {
        final int chunkBytes = layout.geometry().chunkBytes();
        for (int chunk = from; chunk < to; chunk++) {
            if (!allocation.isSparselyAllocated(chunk)) {
                file.release(layout.chunkOffset(chunk), chunkBytes);
            }
        }
    }
}
