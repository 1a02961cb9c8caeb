package org.ashlar.engine;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.agrona.BitUtil;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;

/**
 * The records of the catalog, two for each map.
 *
 * <pre>
 *   N   key:   'N', name in UTF-8
 *       value: incarnation (4 bytes), 4 bytes of 0, padding to a multiple of 8 within the record, {@link RootTail}
 *   I   key:   'I', incarnation (4 bytes)
 *       value: name in UTF-8, as many bytes of 0 as a root tail has
 * </pre>
 */
final class CatalogRecord {
    private static final byte NAME = 'N';
    private static final byte INCARNATION = 'I';
    private static final int VALUE_HEAD_BYTES = 8;
    private static final int INCARNATION_KEY_BYTES = 1 + Integer.BYTES;

    /** More than any has: names are not longer than 1,024 bytes. */
    private static final int LARGEST_BYTES = 2048;

    private CatalogRecord() {}

    // --------------------------------------------------------------------------------------------------------- keys

    static byte[] nameKey(final byte[] name) {
        final byte[] key = new byte[1 + name.length];
        key[0] = NAME;
        System.arraycopy(name, 0, key, 1, name.length);
        return key;
    }

    static byte[] incarnationKey(final int incarnation) {
        final byte[] key = new byte[INCARNATION_KEY_BYTES];
        key[0] = INCARNATION;
        putInt(key, 1, incarnation);
        return key;
    }

    /**
     * Whether a record is one of the catalog's, whole: nothing of it is to be believed before, and a record that was damaged must not name
     * another map than it did.
     *
     * @param readableBytes bytes from the record on that can be read
     */
    static boolean isIntact(final long record, final long readableBytes) {
        final int keyLength = RecordHeader.keyLength(record);
        final int valueLength = RecordHeader.valueLength(record);
        final long size = RecordHeader.size(keyLength, valueLength);
        if (keyLength < 2 || valueLength <= RootTail.BYTES || size > Math.min(readableBytes, LARGEST_BYTES)) {
            return false;
        }
        final byte[] bytes = new byte[(int) size];
        Memory.copyToHeap(null, record, bytes, 0, bytes.length);
        final CRC32C crc = new CRC32C();
        crc.update(bytes, Integer.BYTES, bytes.length - Integer.BYTES - RecordHeader.TAIL_BYTES);
        final byte kind = bytes[RecordHeader.BYTES];
        final boolean hasShape = kind == NAME
                ? valueLength == VALUE_HEAD_BYTES + padding(keyLength - 1) + RootTail.BYTES
                : kind == INCARNATION && keyLength == INCARNATION_KEY_BYTES;
        return hasShape && (int) crc.getValue() == RecordHeader.crc(record);
    }

    static byte[] keyOf(final long record) {
        final byte[] key = new byte[RecordHeader.keyLength(record)];
        Memory.copyToHeap(null, record + RecordHeader.BYTES, key, 0, key.length);
        return key;
    }

    static boolean isName(final byte[] key) {
        return key[0] == NAME;
    }

    /** The name in a key that {@link #isName}. */
    static String nameIn(final byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    /** The incarnation in a key of a record I. */
    static int incarnationIn(final byte[] key) {
        int incarnation = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            incarnation |= (key[1 + i] & 0xFF) << (i * Byte.SIZE);
        }
        return incarnation;
    }

    // ------------------------------------------------------------------------------------------------------- values

    /** The value of a record N. The tail's words are aligned in the record: they change with single 8-byte stores. */
    static byte[] map(final byte[] name, final int incarnation, final long root, final long countWord) {
        final byte[] value = new byte[VALUE_HEAD_BYTES + padding(name.length) + RootTail.BYTES];
        putInt(value, 0, incarnation);
        final int tail = value.length - RootTail.BYTES;
        putLong(value, tail + RootTail.ROOT_OFFSET, root);
        putLong(value, tail + RootTail.COUNT_OFFSET, countWord);
        return value;
    }

    private static int padding(final int nameLength) {
        final int head = RecordHeader.BYTES + 1 + nameLength + VALUE_HEAD_BYTES;
        return BitUtil.align(head, Long.BYTES) - head;
    }

    /** The incarnation in a record N. */
    static int incarnationOf(final long home) {
        return Memory.getInt(MapCore.valueAddress(home));
    }

    /** Where the root tail of a record N is. */
    static long tailOf(final long home) {
        return MapCore.valueAddress(home) + RecordHeader.valueLength(home) - RootTail.BYTES;
    }

    /** The value of a record I. */
    static byte[] named(final byte[] name) {
        final byte[] value = new byte[name.length + RootTail.BYTES];
        System.arraycopy(name, 0, value, 0, name.length);
        return value;
    }

    /** The name in a record I. */
    static byte[] nameOf(final long record) {
        final byte[] name = new byte[RecordHeader.valueLength(record) - RootTail.BYTES];
        Memory.copyToHeap(null, MapCore.valueAddress(record), name, 0, name.length);
        return name;
    }

    private static void putInt(final byte[] bytes, final int at, final int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (i * Byte.SIZE));
        }
    }

    private static void putLong(final byte[] bytes, final int at, final long value) {
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[at + i] = (byte) (value >>> (i * Byte.SIZE));
        }
    }
}
