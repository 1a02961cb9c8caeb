package org.ashlar.engine.record;

import org.ashlar.pmem.Memory;

/**
 * The 20 bytes before each record's key and value. Records start at a multiple of 8; header words are naturally aligned.
 *
 * <pre>
 *    0          4                    8                12              16          20
 *   +----------+---------+----------+----------------+---------------+-----------+--------------+----------------+
 *   | crc32c   | space   | key      | map            | value length  | written   | key          | value          |
 *   |          | incarn. | length   | incarnation    |               | in open   |              |                |
 *   +----------+---------+----------+----------------+---------------+-----------+--------------+----------------+
 * </pre>
 *
 * <ul>
 *   <li>crc32c: over all that follows it, except the mutable tail of a catalog record ({@link #TAIL_BYTES}).
 *   <li>space incarnation: that of the span or chunk the record was written in; any other value means that the slot was not
 *       written since its space was last formatted.
 *   <li>map incarnation: of the map the record belongs to; never reused.
 *   <li>written in open: low 32 bits of the counter of the open that wrote it; for people and incremental backup.
 * </ul>
 */
public final class RecordHeader {
    /** Offset of the checksum. */
    public static final int CRC_OFFSET = 0;

    /** Offset of the space incarnation, 16 bits. */
    public static final int SPACE_INCARNATION_OFFSET = CRC_OFFSET + Integer.BYTES;

    /** The bits of the first 8 bytes that a word may have which is never the beginning of a record: all but the space incarnation. */
    public static final long NO_RECORD = ~(0xFFFFL << (SPACE_INCARNATION_OFFSET * Byte.SIZE));

    /** Offset of the key length, 16 bits. */
    public static final int KEY_LENGTH_OFFSET = SPACE_INCARNATION_OFFSET + Short.BYTES;

    /** Offset of the map incarnation. */
    public static final int MAP_INCARNATION_OFFSET = KEY_LENGTH_OFFSET + Short.BYTES;

    /** Offset of the value length. */
    public static final int VALUE_LENGTH_OFFSET = MAP_INCARNATION_OFFSET + Integer.BYTES;

    /** Offset of the open counter. */
    public static final int OPEN_OFFSET = VALUE_LENGTH_OFFSET + Integer.BYTES;

    /** Offset of the key: size of the header. */
    public static final int BYTES = OPEN_OFFSET + Integer.BYTES;

    /** Alignment of records. */
    public static final int ALIGNMENT = 8;

    /** Bytes at the end of a catalog record that change in place and are outside its checksum. */
    public static final int TAIL_BYTES = 24;

    private RecordHeader() {}

    /**
     * Bytes that a record takes, without the padding to its slot.
     *
     * @param keyLength bytes of the key
     * @param valueLength bytes of the value
     * @return bytes
     */
    public static long size(final int keyLength, final long valueLength) {
        return BYTES + keyLength + valueLength;
    }

    /**
     * Bytes of the key.
     *
     * @param address of the record
     * @return 0 to 65,535
     */
    public static int keyLength(final long address) {
        return Memory.getShort(address + KEY_LENGTH_OFFSET) & 0xFFFF;
    }

    /**
     * Bytes of the value.
     *
     * @param address of the record
     * @return bytes; negative in a corrupt record only
     */
    public static int valueLength(final long address) {
        return Memory.getInt(address + VALUE_LENGTH_OFFSET);
    }

    /**
     * The space incarnation that the record was written under.
     *
     * @param address of the record
     * @return 16 bits
     */
    public static int spaceIncarnation(final long address) {
        return Memory.getShort(address + SPACE_INCARNATION_OFFSET) & 0xFFFF;
    }

    /**
     * The incarnation of the map that the record belongs to.
     *
     * @param address of the record
     * @return 32 bits
     */
    public static int mapIncarnation(final long address) {
        return Memory.getInt(address + MAP_INCARNATION_OFFSET);
    }

    /**
     * What the records of a map have in common, for {@link #isOf}.
     *
     * @param mapIncarnation the map's
     * @return bits for the place of a key's length left free
     */
    public static long mapBits(final int mapIncarnation) {
        return Integer.toUnsignedLong(mapIncarnation) << Short.SIZE;
    }

    /**
     * Whether a record is of a map and has a key of a length; one load.
     *
     * @param address of the record
     * @param mapBits {@link #mapBits} of the map
     * @param keyLength 0 to 65,535
     * @return true when it is
     */
    public static boolean isOf(final long address, final long mapBits, final int keyLength) {
        return Memory.getLong(null, address + SPACE_INCARNATION_OFFSET) >>> Short.SIZE == (mapBits | keyLength);
    }

    /**
     * The checksum.
     *
     * @param address of the record
     * @return 32 bits
     */
    public static int crc(final long address) {
        return Memory.getInt(address + CRC_OFFSET);
    }
}
