package org.ashlar.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Where the parts of a pool lie in its file, for tests that spoil them there. */
public final class PoolPlaces {
    /** Length of one copy of the header. */
    public static final int HEADER_BYTES = PoolHeader.BYTES;

    /** Where the engine's area begins. */
    public static final long ENGINE_AREA = PoolLayout.ENGINE_AREA_OFFSET;

    /** Where the chunk table begins. */
    public static final long CHUNK_TABLE = PoolLayout.CHUNK_TABLE_OFFSET;

    private final PoolLayout layout;
    private final long pagesPerChunk;

    /**
     * Of an open pool.
     *
     * @param pool the pool
     * @param hasDescriptors whether descriptors have their place in the file
     */
    public PoolPlaces(final Pool pool, final boolean hasDescriptors) {
        this(pool.geometry(), hasDescriptors);
    }

    /**
     * Of a pool that is not open.
     *
     * @param geometry of the pool
     * @param hasDescriptors whether descriptors have their place in the file
     */
    public PoolPlaces(final Geometry geometry, final boolean hasDescriptors) {
        layout = new PoolLayout(geometry, hasDescriptors);
        pagesPerChunk = geometry.chunkBytes() / Geometry.PAGE_BYTES;
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

    /** Makes the checksum of a copy of the header fit what stands there. */
    public static void sealHeader(final byte[] file, final int at) {
        final CRC32C crc = new CRC32C();
        crc.update(file, at, PoolHeader.CRC_OFFSET);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at + PoolHeader.CRC_OFFSET, (int) crc.getValue());
    }

    /** Makes a copy of the header say that it was written under another boot of the machine. */
    public static void forgeBootId(final byte[] file, final int at) {
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(at + PoolHeader.BOOT_ID_LOW_OFFSET, 1);
        sealHeader(file, at);
    }
}
