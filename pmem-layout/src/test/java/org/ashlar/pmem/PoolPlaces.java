package org.ashlar.pmem;

/** Where the parts of a pool lie in its file, for tests that spoil them there. */
public final class PoolPlaces {
    private final PoolLayout layout;
    private final long pagesPerChunk;

    /**
     * Of an open pool.
     *
     * @param pool the pool
     * @param hasDescriptors whether descriptors have their place in the file
     */
    public PoolPlaces(final Pool pool, final boolean hasDescriptors) {
        layout = new PoolLayout(pool.geometry(), hasDescriptors);
        pagesPerChunk = pool.geometry().chunkBytes() / Geometry.PAGE_BYTES;
    }

    /**
     * A copy of the header.
     *
     * @param copy 0 or 1
     * @return offset in the file
     */
    public long header(final int copy) {
        return copy == 0 ? PoolLayout.HEADER_A_OFFSET : PoolLayout.HEADER_B_OFFSET;
    }

    /**
     * The engine's area.
     *
     * @return offset in the file
     */
    public long engineArea() {
        return PoolLayout.ENGINE_AREA_OFFSET;
    }

    /**
     * The table of chunk words.
     *
     * @return offset in the file
     */
    public long chunkTable() {
        return PoolLayout.CHUNK_TABLE_OFFSET;
    }

    /**
     * The map of chunks that have blocks.
     *
     * @return offset in the file
     */
    public long allocationMap() {
        return layout.allocationMapOffset();
    }

    /**
     * The headers of sections, where descriptors are in the file.
     *
     * @return offset in the file
     */
    public long sectionHeaders() {
        return layout.sectionHeadersOffset();
    }

    /**
     * The headers of chunks, where descriptors are in the file.
     *
     * @return offset in the file
     */
    public long chunkHeaders() {
        return layout.chunkHeadersOffset();
    }

    /**
     * The descriptor of the page that holds a linear byte, where descriptors are in the file.
     *
     * @param linearOffset of the byte
     * @return offset in the file
     */
    public long descriptor(final long linearOffset) {
        final long page = linearOffset / Geometry.PAGE_BYTES;
        final long pagesPerSection = pagesPerChunk * layout.geometry().chunksPerSection();
        return layout.descriptorsOffset((int) (page / pagesPerSection)) + page % pagesPerSection * CoreDescriptor.BYTES;
    }

    /**
     * A linear byte.
     *
     * @param linearOffset of the byte
     * @return offset in the file
     */
    public long data(final long linearOffset) {
        final int chunkBytes = layout.geometry().chunkBytes();
        return layout.chunkOffset((int) (linearOffset / chunkBytes)) + linearOffset % chunkBytes;
    }
}
