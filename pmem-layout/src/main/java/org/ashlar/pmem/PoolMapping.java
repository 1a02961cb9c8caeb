package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.DURABILITY_UNAVAILABLE;

import org.jspecify.annotations.Nullable;

/**
 * The virtual addresses of an open pool. One reservation for the maximum size, nothing of it accessible at first; the parts
 * of the file, or anonymous memory, are mapped into it as the pool grows, so nothing ever moves:
 *
 * <pre>
 *   | guard | data                | guard | core descriptors | guard | front of the file | guard | section and chunk | guard | extended  | guard |
 *   |       | base + (page &lt;&lt; 12) |       | base + (page &lt;&lt; 6) |    | headers, tables   |       | headers (not POOL)|       | (if asked)|       |
 * </pre>
 *
 * <p>Sections are de-interleaved on the way: in the file descriptors and data alternate, here each is one contiguous array.
 */
final class PoolMapping {
    private static final int DESCRIPTOR_SHIFT = 6;

    private final PoolLayout layout;
    private final DescriptorPlacement placement;
    private final PoolFile file;
    private final boolean readOnly;
    private final boolean hugePages;
    private final long reservedAddress;
    private final long reservedBytes;
    private final long dataAddress;
    private final long descriptorAddress;
    private final long frontAddress;
    private final long headersAddress;
    private final long extendedAddress;
    private boolean synchronous;
    private @Nullable DescriptorFile descriptorFile;
    private int mappedChunks;

    /**
     * Reserves the addresses and maps the front of the file.
     *
     * @param placement where descriptors live for this open; not {@code AUTO}
     */
    PoolMapping(
            final PoolLayout layout,
            final DescriptorPlacement placement,
            final PoolFile file,
            final PoolOptions options) {
        this.layout = layout;
        this.placement = placement;
        this.file = file;
        readOnly = options.readOnly();
        final Geometry geometry = layout.geometry();
        hugePages = options.hugePages() && geometry.chunkBytes() == Geometry.CHUNK_BYTES;
        final long guard = geometry.alignmentBytes();
        final long dataBytes = geometry.maxSections() * geometry.sectionBytes();
        final long headerBytes =
                placement == DescriptorPlacement.POOL ? 0 : layout.sectionHeaderBytes() + layout.chunkHeaderBytes();
        final long extendedBytes = options.extendedDescriptors() ? layout.descriptorBytes() : 0;

        final long data = guard;
        final long descriptors = data + dataBytes + guard;
        final long front = descriptors + PoolLayout.align(layout.descriptorBytes(), guard) + guard;
        final long headers = front + layout.sectionsOffset() + guard;
        final long extended = headers + PoolLayout.align(headerBytes, guard) + guard;
        // One more guard behind, and one for what aligning the base takes.
        reservedBytes = extended + PoolLayout.align(extendedBytes, guard) + 2 * guard;
        reservedAddress = Mmap.reserve(reservedBytes);
        final long base = PoolLayout.align(reservedAddress, guard);
        dataAddress = base + data;
        descriptorAddress = base + descriptors;
        frontAddress = base + front;
        headersAddress = base + headers;
        extendedAddress = extendedBytes == 0 ? 0 : base + extended;
        try {
            mapFront();
        } catch (final RuntimeException e) {
            release();
            throw e;
        }
    }

    private void mapFront() {
        synchronous = !readOnly && Mmap.mapSynchronous(frontAddress, layout.sectionsOffset(), file, 0);
        if (!synchronous) {
            Mmap.mapShared(frontAddress, layout.sectionsOffset(), file, 0, readOnly);
        }
    }

    void attach(final DescriptorFile newDescriptorFile) {
        assert placement == DescriptorPlacement.FILE : placement;
        descriptorFile = newDescriptorFile;
    }

    PoolLayout layout() {
        return layout;
    }

    DescriptorPlacement placement() {
        return placement;
    }

    /** Whether the mapping is DAX, and a persisted cache line durable. */
    boolean isSynchronous() {
        return synchronous;
    }

    long dataAddress() {
        return dataAddress;
    }

    long descriptorAddress() {
        return descriptorAddress;
    }

    long frontAddress() {
        return frontAddress;
    }

    long sectionHeaderAddress() {
        return placement == DescriptorPlacement.POOL ? frontAddress + layout.sectionHeadersOffset() : headersAddress;
    }

    long chunkHeaderAddress() {
        return placement == DescriptorPlacement.POOL
                ? frontAddress + layout.chunkHeadersOffset()
                : headersAddress + layout.sectionHeaderBytes();
    }

    /** The address of the extended descriptors; 0 where there are none. */
    long extendedAddress() {
        return extendedAddress;
    }

    /**
     * Maps chunks up to a number; the file must be long enough. Where it fails, what was mapped before stays so, and calling
     * again is fine.
     */
    void extendTo(final int chunks) {
        final int from = mappedChunks;
        mapData(from, chunks);
        switch (placement) {
            case POOL -> mapDescriptorParts(from, chunks);
            case FILE -> mapDescriptorFile(from, chunks);
            default -> mapAnonymousDescriptors(from, chunks);
        }
        if (extendedAddress != 0) {
            mapAnonymousPages(extendedAddress, descriptorBytes(from), descriptorBytes(chunks));
        }
        if (hugePages && chunks > from) {
            Mmap.adviseHugePages(
                    dataAddress + layout.geometry().dataBytes(from),
                    layout.geometry().dataBytes(chunks - from));
        }
        mappedChunks = chunks;
    }

    private void mapData(final int from, final int to) {
        final Geometry geometry = layout.geometry();
        // Without descriptor parts the data of all sections is contiguous in the file too, and takes one mapping.
        final int perMapping = layout.hasDescriptorParts() ? geometry.chunksPerSection() : Integer.MAX_VALUE;
        int chunk = from;
        while (chunk < to) {
            final int end = (int) Math.min(to, (chunk / perMapping + 1L) * perMapping);
            mapFile(
                    dataAddress + geometry.dataBytes(chunk),
                    geometry.dataBytes(end - chunk),
                    layout.chunkOffset(chunk));
            chunk = end;
        }
    }

    private void mapDescriptorParts(final int from, final int to) {
        final Geometry geometry = layout.geometry();
        final long partBytes = geometry.descriptorBytesPerSection();
        for (int section = geometry.sectionsOf(from); section < geometry.sectionsOf(to); section++) {
            mapFile(descriptorAddress + section * partBytes, partBytes, layout.descriptorsOffset(section));
        }
    }

    private void mapFile(final long address, final long length, final long offset) {
        if (!synchronous) {
            Mmap.mapShared(address, length, file, offset, readOnly);
        } else if (!Mmap.mapSynchronous(address, length, file, offset)) {
            throw new PoolException(
                    DURABILITY_UNAVAILABLE,
                    "the front of " + file.path() + " is mapped synchronously (MAP_SYNC), but not the " + length
                            + " bytes at " + offset
                            + "; check that the whole file system is DAX, and vm.max_map_count");
        }
    }

    private void mapDescriptorFile(final int from, final int to) {
        final DescriptorFile descriptors = descriptorFile;
        if (descriptors == null) {
            throw new IllegalStateException("no descriptor file is attached");
        }
        descriptors.extendTo(to);
        if (from == 0) {
            Mmap.mapShared(
                    headersAddress,
                    layout.sectionHeaderBytes() + layout.chunkHeaderBytes(),
                    descriptors.file(),
                    DescriptorFile.HEADERS_OFFSET,
                    false);
        }
        final long start = PoolLayout.alignPage(descriptorBytes(from));
        final long end = PoolLayout.alignPage(descriptorBytes(to));
        if (end > start) {
            Mmap.mapShared(
                    descriptorAddress + start,
                    end - start,
                    descriptors.file(),
                    descriptors.descriptorsOffset() + start,
                    false);
        }
    }

    private void mapAnonymousDescriptors(final int from, final int to) {
        final Geometry geometry = layout.geometry();
        mapAnonymousPages(
                headersAddress,
                (long) geometry.sectionsOf(from) * SectionHeader.BYTES,
                (long) geometry.sectionsOf(to) * SectionHeader.BYTES);
        mapAnonymousPages(
                headersAddress + layout.sectionHeaderBytes(),
                (long) from * ChunkHeader.BYTES,
                (long) to * ChunkHeader.BYTES);
        mapAnonymousPages(descriptorAddress, descriptorBytes(from), descriptorBytes(to));
    }

    /** Maps the pages that hold bytes up to {@code to} and are not mapped already, as those up to {@code from} are. */
    private static void mapAnonymousPages(final long base, final long from, final long to) {
        final long start = PoolLayout.alignPage(from);
        final long end = PoolLayout.alignPage(to);
        if (end > start) {
            Mmap.mapAnonymous(base + start, end - start);
        }
    }

    private long descriptorBytes(final int chunks) {
        return layout.geometry().dataBytes(chunks) >> DESCRIPTOR_SHIFT;
    }

    /** Gives all addresses back. */
    void release() {
        Mmap.release(reservedAddress, reservedBytes);
    }
}
