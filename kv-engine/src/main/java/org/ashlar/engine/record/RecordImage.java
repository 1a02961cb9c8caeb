package org.ashlar.engine.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A record of a pool that may be damaged, on the heap, piece by piece; nothing that it says is believed before it was checked. */
public final class RecordImage {
    private static final int PIECE_BYTES = 64 << 10;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final LinearBytes source;
    private final byte[] header = new byte[RecordHeader.BYTES];
    private final byte[] piece = new byte[PIECE_BYTES];
    private final CRC32C crc = new CRC32C();
    private long offset;

    /**
     * Makes an image that shows no record yet.
     *
     * @param source where records are
     */
    public RecordImage(final LinearBytes source) {
        this.source = source;
    }

    /** Takes the bytes of a value, in order. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a piece.
         *
         * @param at offset of its first byte in the value
         * @param bytes hold the piece, from their beginning; not to be kept
         * @param length bytes of the piece
         */
        void accept(int at, byte[] bytes, int length);
    }

    /**
     * Goes to a record.
     *
     * @param linearOffset of the record
     * @return false where its header cannot be read
     */
    public boolean read(final long linearOffset) {
        offset = linearOffset;
        return source.read(linearOffset, header, 0, header.length);
    }

    public long offset() {
        return offset;
    }

    public int spaceIncarnation() {
        return (short) SHORT.get(header, RecordHeader.SPACE_INCARNATION_OFFSET) & 0xFFFF;
    }

    public int keyLength() {
        return (short) SHORT.get(header, RecordHeader.KEY_LENGTH_OFFSET) & 0xFFFF;
    }

    public int mapIncarnation() {
        return (int) INT.get(header, RecordHeader.MAP_INCARNATION_OFFSET);
    }

    public int valueLength() {
        return (int) INT.get(header, RecordHeader.VALUE_LENGTH_OFFSET);
    }

    /** Counter of the open that wrote it. */
    public int open() {
        return (int) INT.get(header, RecordHeader.OPEN_OFFSET);
    }

    /**
     * The key, or what stands where it should be.
     *
     * @return a copy; null where it cannot be read
     */
    public byte @Nullable [] key() {
        final byte[] key = new byte[keyLength()];
        return source.read(offset + RecordHeader.BYTES, key, 0, key.length) ? key : null;
    }

    /**
     * The last bytes of the value.
     *
     * @param bytes how many
     * @return a copy; null where they cannot be read
     */
    public byte @Nullable [] valueEnd(final int bytes) {
        final byte[] end = new byte[bytes];
        final long size = RecordHeader.size(keyLength(), valueLength());
        return valueLength() >= bytes && source.read(offset + size - bytes, end, 0, bytes) ? end : null;
    }

    /**
     * Whether all of the record can be read, and its checksum fits.
     *
     * @param tailBytes bytes at the end that the checksum leaves out
     * @return true when it does
     */
    public boolean isIntact(final int tailBytes) {
        return readAll(tailBytes, (at, bytes, length) -> {});
    }

    /**
     * Reads the value, in pieces, and checks the record's checksum over the very bytes that it gave away.
     *
     * @param tailBytes bytes at the end that the checksum leaves out
     * @param sink takes the value
     * @return whether the checksum fits; if not, what the sink has taken means nothing
     */
    public boolean readAll(final int tailBytes, final Sink sink) {
        final int valueLength = valueLength();
        final long covered = RecordHeader.size(keyLength(), valueLength) - tailBytes;
        if (valueLength < 0 || covered < RecordHeader.BYTES) {
            return false;
        }
        crc.reset();
        crc.update(header, Integer.BYTES, RecordHeader.BYTES - Integer.BYTES);
        if (!source.read(offset + RecordHeader.BYTES, piece, 0, keyLength())) {
            return false;
        }
        crc.update(piece, 0, keyLength());
        final long value = offset + RecordHeader.BYTES + keyLength();
        for (int done = 0; done < valueLength; ) {
            final int length = Math.min(PIECE_BYTES, valueLength - done);
            if (!source.read(value + done, piece, 0, length)) {
                return false;
            }
            crc.update(piece, 0, Math.max(0, Math.min(length, valueLength - tailBytes - done)));
            sink.accept(done, piece, length);
            done += length;
        }
        return (int) crc.getValue() == (int) INT.get(header, RecordHeader.CRC_OFFSET);
    }
}
