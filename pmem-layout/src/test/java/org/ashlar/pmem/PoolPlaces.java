package org.ashlar.pmem;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Where things lie in a pool file, for tests that spoil them. */
public final class PoolPlaces {
    /** Length of one copy of the header. */
    public static final int HEADER_BYTES = PoolHeader.BYTES;

    /** Where the engine's area begins. */
    public static final long ENGINE_AREA = PoolLayout.ENGINE_AREA_OFFSET;

    /** Where the chunk table begins. */
    public static final long CHUNK_TABLE = PoolLayout.CHUNK_TABLE_OFFSET;

    private final PoolLayout layout;

    /**
     * The places of one pool.
     *
     * @param geometry of the pool
     * @param descriptorsInPool whether its descriptors lie in it
     */
    public PoolPlaces(final Geometry geometry, final boolean descriptorsInPool) {
        layout = new PoolLayout(geometry, descriptorsInPool);
    }

    /** Offset in the file of a linear offset. */
    public long fileOffset(final long linearOffset) {
        final int chunkBytes = layout.geometry().chunkBytes();
        return layout.chunkOffset((int) (linearOffset / chunkBytes)) + linearOffset % chunkBytes;
    }

    /** Offset in the file of the allocation map. */
    public long allocationMap() {
        return layout.allocationMapOffset();
    }

    /** Offset in the file of the descriptors of the first section. */
    public long descriptors() {
        return layout.descriptorsOffset(0);
    }

    /** Makes the checksum of a copy of the header fit what stands there. */
    public static void sealHeader(final byte[] file, final int at) {
        final CRC32C crc = new CRC32C();
        crc.update(file, at, PoolHeader.CRC_OFFSET);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(at + PoolHeader.CRC_OFFSET, (int) crc.getValue());
    }
}
