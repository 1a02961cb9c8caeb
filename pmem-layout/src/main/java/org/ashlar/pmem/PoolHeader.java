package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.CORRUPT_HEADER;
import static org.ashlar.pmem.PoolException.Reason.UNSUPPORTED_FEATURE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The header of a pool, on the heap: two copies of it lie on the first two pages of the file. Little endian.
 *
 * <pre>
 *    0                   8         12        16                  24                  32
 *   +-------------------+---------+---------+-------------------+-------------------+-------------------+
 *   | magic             | version | bytes   | compat features   | ro-compat feat.   | incompat features |
 *   +-------------------+---------+---------+-------------------+-------------------+-------------------+
 *    40                  48                  56        60        64        68        72
 *   +-------------------+-------------------+---------+---------+---------+---------+-------------------+
 *   | uuid, high half   | uuid, low half    | descr.  | place-  | chunk   | max.    | section bytes     |
 *   |                   |                   | bytes   | ment    | bytes   | chunks  |                   |
 *   +-------------------+-------------------+---------+---------+---------+---------+-------------------+
 *    80        84        88        92        96                  104                 112
 *   +---------+---------+---------+---------+-------------------+-------------------+-------------------+
 *   | chunk   | alloc.  | open    | clean   | open stamp        | boot id, high     | boot id, low      |
 *   | count   | chunks  | counter | mark    |                   | half              | half              |
 *   +---------+---------+---------+---------+-------------------+-------------------+-------------------+
 *    120       124       128                 136                 144          252
 *   +---------+---------+-------------------+-------------------+---- - -----+---------+
 *   | mode    | dax     | created, ms since | sequence          | reserved,  | CRC32C  |
 *   |         |         | 1970-01-01        |                   | 0          | of 0-251|
 *   +---------+---------+-------------------+-------------------+---- - -----+---------+
 * </pre>
 *
 * <p>A copy on the media means something only if its CRC fits. Magic and version keep their places in all versions to come.
 */
final class PoolHeader {
    /** "ASHLRPM1", read as a little-endian word. */
    static final long MAGIC = 0x314D_5052_4C48_5341L;

    /** "ASHLRNEW": stands where the magic will, until the pool is complete. */
    static final long CREATING_MAGIC = 0x5745_4E52_4C48_5341L;

    static final int VERSION = 1;
    static final int BYTES = 256;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int HEADER_BYTES_OFFSET = VERSION_OFFSET + Integer.BYTES;
    static final int COMPAT_OFFSET = HEADER_BYTES_OFFSET + Integer.BYTES;
    static final int RO_COMPAT_OFFSET = COMPAT_OFFSET + Long.BYTES;
    static final int INCOMPAT_OFFSET = RO_COMPAT_OFFSET + Long.BYTES;
    static final int UUID_HIGH_OFFSET = INCOMPAT_OFFSET + Long.BYTES;
    static final int UUID_LOW_OFFSET = UUID_HIGH_OFFSET + Long.BYTES;
    static final int DESCRIPTOR_BYTES_OFFSET = UUID_LOW_OFFSET + Long.BYTES;
    static final int PLACEMENT_OFFSET = DESCRIPTOR_BYTES_OFFSET + Integer.BYTES;
    static final int CHUNK_BYTES_OFFSET = PLACEMENT_OFFSET + Integer.BYTES;
    static final int MAX_CHUNKS_OFFSET = CHUNK_BYTES_OFFSET + Integer.BYTES;
    static final int SECTION_BYTES_OFFSET = MAX_CHUNKS_OFFSET + Integer.BYTES;
    static final int CHUNK_COUNT_OFFSET = SECTION_BYTES_OFFSET + Long.BYTES;
    static final int ALLOCATED_CHUNKS_OFFSET = CHUNK_COUNT_OFFSET + Integer.BYTES;
    static final int OPEN_COUNTER_OFFSET = ALLOCATED_CHUNKS_OFFSET + Integer.BYTES;
    static final int CLEAN_OFFSET = OPEN_COUNTER_OFFSET + Integer.BYTES;
    static final int OPEN_STAMP_OFFSET = CLEAN_OFFSET + Integer.BYTES;
    static final int BOOT_ID_HIGH_OFFSET = OPEN_STAMP_OFFSET + Long.BYTES;
    static final int BOOT_ID_LOW_OFFSET = BOOT_ID_HIGH_OFFSET + Long.BYTES;
    static final int MODE_OFFSET = BOOT_ID_LOW_OFFSET + Long.BYTES;
    static final int DAX_OFFSET = MODE_OFFSET + Integer.BYTES;
    static final int CREATED_OFFSET = DAX_OFFSET + Integer.BYTES;
    static final int SEQUENCE_OFFSET = CREATED_OFFSET + Long.BYTES;
    static final int RESERVED_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = BYTES - Integer.BYTES;

    /** Features that this version knows; a pool with others is refused, or opened read-only (ro-compat). */
    static final long KNOWN_INCOMPAT = 0;

    static final long KNOWN_RO_COMPAT = 0;

    /** Placements on the media; a place that a later version gives up is not used again. */
    private static final DescriptorPlacement[] PLACEMENTS = {
        DescriptorPlacement.AUTO, DescriptorPlacement.DRAM, DescriptorPlacement.POOL, DescriptorPlacement.FILE
    };

    private static final Persistence.Mode[] MODES = {
        Persistence.Mode.WRITE_BACK, Persistence.Mode.FENCE_ONLY, Persistence.Mode.MSYNC, Persistence.Mode.PROCESS_CRASH
    };

    private final byte[] bytes;
    private final ByteBuffer buffer;

    private PoolHeader(final byte[] bytes) {
        assert bytes.length == BYTES : bytes.length;
        this.bytes = bytes;
        buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static PoolHeader wrap(final byte[] bytes) {
        return new PoolHeader(bytes);
    }

    /** A header for a new pool that has never been open and has nothing allocated. */
    static PoolHeader create(
            final UUID uuid, final Geometry geometry, final DescriptorPlacement placement, final int chunkCount) {
        final PoolHeader header = new PoolHeader(new byte[BYTES]);
        final ByteBuffer to = header.buffer;
        to.putLong(MAGIC_OFFSET, MAGIC);
        to.putInt(VERSION_OFFSET, VERSION);
        to.putInt(HEADER_BYTES_OFFSET, BYTES);
        to.putLong(UUID_HIGH_OFFSET, uuid.getMostSignificantBits());
        to.putLong(UUID_LOW_OFFSET, uuid.getLeastSignificantBits());
        to.putInt(DESCRIPTOR_BYTES_OFFSET, CoreDescriptor.BYTES);
        to.putInt(PLACEMENT_OFFSET, placementCode(placement));
        to.putInt(CHUNK_BYTES_OFFSET, geometry.chunkBytes());
        to.putInt(MAX_CHUNKS_OFFSET, geometry.maxChunks());
        to.putLong(SECTION_BYTES_OFFSET, geometry.sectionBytes());
        to.putInt(CHUNK_COUNT_OFFSET, chunkCount);
        to.putLong(CREATED_OFFSET, System.currentTimeMillis());
        return header;
    }

    byte[] bytes() {
        return bytes;
    }

    PoolHeader copy() {
        return new PoolHeader(bytes.clone());
    }

    long magic() {
        return buffer.getLong(MAGIC_OFFSET);
    }

    int version() {
        return buffer.getInt(VERSION_OFFSET);
    }

    UUID uuid() {
        return new UUID(buffer.getLong(UUID_HIGH_OFFSET), buffer.getLong(UUID_LOW_OFFSET));
    }

    Geometry geometry() {
        return new Geometry(
                buffer.getInt(CHUNK_BYTES_OFFSET),
                buffer.getLong(SECTION_BYTES_OFFSET),
                buffer.getInt(MAX_CHUNKS_OFFSET));
    }

    DescriptorPlacement placement() {
        return PLACEMENTS[buffer.getInt(PLACEMENT_OFFSET)];
    }

    int chunkCount() {
        return buffer.getInt(CHUNK_COUNT_OFFSET);
    }

    int allocatedChunks() {
        return buffer.getInt(ALLOCATED_CHUNKS_OFFSET);
    }

    void chunks(final int chunkCount, final int allocatedChunks) {
        buffer.putInt(CHUNK_COUNT_OFFSET, chunkCount);
        buffer.putInt(ALLOCATED_CHUNKS_OFFSET, allocatedChunks);
    }

    int openCounter() {
        return buffer.getInt(OPEN_COUNTER_OFFSET);
    }

    long openStamp() {
        return buffer.getLong(OPEN_STAMP_OFFSET);
    }

    void opened(final int counter, final long stamp, final Persistence.Mode mode, final boolean dax) {
        assert stamp >>> 32 == counter && (stamp & 1) == 0 : stamp;
        final UUID bootId = Platform.bootId();
        buffer.putInt(OPEN_COUNTER_OFFSET, counter);
        buffer.putLong(OPEN_STAMP_OFFSET, stamp);
        buffer.putLong(BOOT_ID_HIGH_OFFSET, bootId.getMostSignificantBits());
        buffer.putLong(BOOT_ID_LOW_OFFSET, bootId.getLeastSignificantBits());
        buffer.putInt(MODE_OFFSET, modeCode(mode));
        buffer.putInt(DAX_OFFSET, dax ? 1 : 0);
        buffer.putInt(CLEAN_OFFSET, 0);
    }

    boolean isClean() {
        return buffer.getInt(CLEAN_OFFSET) == 1;
    }

    void markClean() {
        buffer.putInt(CLEAN_OFFSET, 1);
    }

    UUID bootId() {
        return new UUID(buffer.getLong(BOOT_ID_HIGH_OFFSET), buffer.getLong(BOOT_ID_LOW_OFFSET));
    }

    Persistence.Mode mode() {
        return MODES[buffer.getInt(MODE_OFFSET)];
    }

    boolean isDax() {
        return buffer.getInt(DAX_OFFSET) == 1;
    }

    /** Whether what the last open for writing persisted has survived the machine. */
    boolean wasPowerSafe() {
        return switch (mode()) {
            case MSYNC -> true;
            case WRITE_BACK, FENCE_ONLY -> isDax();
            case PROCESS_CRASH -> false;
        };
    }

    long createdMillis() {
        return buffer.getLong(CREATED_OFFSET);
    }

    long sequence() {
        return buffer.getLong(SEQUENCE_OFFSET);
    }

    /** Makes this the header after the last one: next sequence number, fitting CRC. */
    void seal() {
        buffer.putLong(SEQUENCE_OFFSET, sequence() + 1);
        buffer.putInt(CRC_OFFSET, crc());
        checkFields();
    }

    boolean isSealed() {
        return buffer.getInt(CRC_OFFSET) == crc();
    }

    private int crc() {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_OFFSET);
        return (int) crc.getValue();
    }

    /** Throws where the pool needs a feature that is not here; call it on a sealed header of this version. */
    void checkFeatures(final boolean readOnly) {
        final long incompat = buffer.getLong(INCOMPAT_OFFSET) & ~KNOWN_INCOMPAT;
        if (incompat != 0) {
            throw new PoolException(
                    UNSUPPORTED_FEATURE,
                    "the pool uses features that this library does not know (incompat bits 0x"
                            + Long.toHexString(incompat) + "); open it with the library that wrote it, or a later one");
        }
        final long roCompat = buffer.getLong(RO_COMPAT_OFFSET) & ~KNOWN_RO_COMPAT;
        if (roCompat != 0 && !readOnly) {
            throw new PoolException(
                    UNSUPPORTED_FEATURE,
                    "the pool uses features that this library cannot keep up when it writes (ro-compat bits 0x"
                            + Long.toHexString(roCompat) + "); open it read-only, or with a later library");
        }
        if (buffer.getInt(DESCRIPTOR_BYTES_OFFSET) != CoreDescriptor.BYTES) {
            throw new PoolException(
                    UNSUPPORTED_FEATURE,
                    "the pool reserves " + buffer.getInt(DESCRIPTOR_BYTES_OFFSET)
                            + " bytes for each descriptor, and this library needs " + CoreDescriptor.BYTES
                            + "; copy the data into a new pool with the library that wrote it");
        }
    }

    /** Throws where fields contradict each other or the limits of the format, in spite of a fitting CRC. */
    void checkFields() {
        final Geometry geometry;
        try {
            geometry = geometry();
        } catch (final PoolException e) {
            throw new PoolException(CORRUPT_HEADER, "the pool's header has impossible sizes: " + e.getMessage(), e);
        }
        requireSane(buffer.getInt(HEADER_BYTES_OFFSET) == BYTES, "header bytes", buffer.getInt(HEADER_BYTES_OFFSET));
        final int placement = buffer.getInt(PLACEMENT_OFFSET);
        requireSane(placement > 0 && placement < PLACEMENTS.length, "placement", placement);
        requireSane(chunkCount() >= 1 && chunkCount() <= geometry.maxChunks(), "chunk count", chunkCount());
        requireSane(allocatedChunks() >= 0 && allocatedChunks() <= chunkCount(), "allocated chunks", allocatedChunks());
        requireSane(openCounter() >= 1, "open counter", openCounter());
        requireSane(openStamp() >>> 32 == openCounter() && (openStamp() & 1) == 0, "open stamp", openStamp());
        final int mode = buffer.getInt(MODE_OFFSET);
        requireSane(mode >= 0 && mode < MODES.length, "durability mode", mode);
    }

    private static void requireSane(final boolean condition, final String field, final long value) {
        if (!condition) {
            throw new PoolException(
                    CORRUPT_HEADER,
                    "the pool's header has an impossible " + field + ", " + value + "; restore the pool from a backup");
        }
    }

    private static int modeCode(final Persistence.Mode mode) {
        return Arrays.asList(MODES).indexOf(mode);
    }

    private static int placementCode(final DescriptorPlacement placement) {
        assert placement != DescriptorPlacement.AUTO : "AUTO is decided before";
        return Arrays.asList(PLACEMENTS).indexOf(placement);
    }
}
