package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.NOT_A_POOL;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A file of its own for section headers, chunk headers and core descriptors. Losing it loses nothing. Its first page binds it
 * to one pool and to that pool's last open; where it is bound to anything else, it is emptied before use, so that no foreign
 * bytes are ever taken for descriptors.
 *
 * <pre>
 *    0                   8                   16                  24                  32        36
 *   +-------------------+-------------------+-------------------+-------------------+---------+--- - ---+
 *   | magic             | uuid, high half   | uuid, low half    | open stamp        | CRC32C  | 0       |
 *   +-------------------+-------------------+-------------------+-------------------+---------+--- - ---+
 *    4096
 *   +--------------------------------+--------------------------------+---------------------------- - --+
 *   | section headers                | chunk headers                  | core descriptors, contiguous    |
 *   +--------------------------------+--------------------------------+---------------------------- - --+
 * </pre>
 */
final class DescriptorFile implements AutoCloseable {
    /** "ASHLRDSC", read as a little-endian word. */
    static final long MAGIC = 0x4353_4452_4C48_5341L;

    static final int MAGIC_OFFSET = 0;
    static final int UUID_HIGH_OFFSET = MAGIC_OFFSET + Long.BYTES;
    static final int UUID_LOW_OFFSET = UUID_HIGH_OFFSET + Long.BYTES;
    static final int STAMP_OFFSET = UUID_LOW_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = STAMP_OFFSET + Long.BYTES;
    static final int BYTES = CRC_OFFSET + Integer.BYTES;
    static final long HEADERS_OFFSET = Geometry.PAGE_BYTES;

    private final PoolFile file;
    private final PoolLayout layout;

    private DescriptorFile(final PoolFile file, final PoolLayout layout) {
        this.file = file;
        this.layout = layout;
    }

    /** Opens and locks the file, and creates it where there is none; refuses one that is something else. */
    static DescriptorFile open(final Path path, final PoolLayout layout) {
        final PoolFile file = PoolFile.openOrCreate(path.toAbsolutePath());
        try {
            file.lock(false);
            final ByteBuffer header = readHeader(file);
            if (file.length() != 0 && header.getLong(MAGIC_OFFSET) != MAGIC) {
                throw new PoolException(
                        NOT_A_POOL, path + " is neither empty nor a descriptor file; check the path of descriptorFile");
            }
            return new DescriptorFile(file, layout);
        } catch (final RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ByteBuffer readHeader(final PoolFile file) {
        final byte[] bytes = new byte[BYTES];
        file.read(bytes, 0);
        return littleEndian(bytes);
    }

    private static ByteBuffer littleEndian(final byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(final ByteBuffer header) {
        final CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CRC_OFFSET));
        return (int) crc.getValue();
    }

    /** Empties the file unless it was last used by that open of that pool. Before anything of it is mapped. */
    void resetUnlessBoundTo(final UUID uuid, final long stamp) {
        final ByteBuffer header = readHeader(file);
        final boolean isBound = header.getInt(CRC_OFFSET) == crc(header)
                && header.getLong(UUID_HIGH_OFFSET) == uuid.getMostSignificantBits()
                && header.getLong(UUID_LOW_OFFSET) == uuid.getLeastSignificantBits()
                && header.getLong(STAMP_OFFSET) == stamp;
        if (!isBound) {
            file.truncate(0);
            // Marked as ours before it gets a length, or a kill in between would leave a file that is refused.
            bind(uuid, 0);
        }
    }

    /** Binds the file to an open whose stamp is durable in the pool. */
    void bind(final UUID uuid, final long stamp) {
        final byte[] bytes = new byte[BYTES];
        final ByteBuffer header = littleEndian(bytes);
        header.putLong(MAGIC_OFFSET, MAGIC);
        header.putLong(UUID_HIGH_OFFSET, uuid.getMostSignificantBits());
        header.putLong(UUID_LOW_OFFSET, uuid.getLeastSignificantBits());
        header.putLong(STAMP_OFFSET, stamp);
        header.putInt(CRC_OFFSET, crc(header));
        file.write(bytes, 0);
    }

    PoolFile file() {
        return file;
    }

    long descriptorsOffset() {
        return HEADERS_OFFSET + layout.sectionHeaderBytes() + layout.chunkHeaderBytes();
    }

    /** Makes the file long enough for a number of chunks. */
    void extendTo(final int chunks) {
        final long length =
                descriptorsOffset() + PoolLayout.alignPage(layout.geometry().dataBytes(chunks) >> 6);
        if (file.length() < length) {
            file.truncate(length);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
