package org.ashlar.bench;

import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The records of the benchmarks, all computed from an index, none stored: so the heap stays small.
 *
 * <p>The key of an index is a bijection of 64 bits ({@link #mix}, the finaliser of MurmurHash3 by Austin Appleby), so
 * keys are distinct and in no order. The first 8 bytes of a value are its key, so that whoever reads it can check it;
 * the next 8 say which write it was; the rest is filled once for each buffer.
 */
public final class Records {
    static final int KEY_BYTES = Long.BYTES;
    static final int VALUE_BYTES = 100;
    static final int USER_BYTES = KEY_BYTES + VALUE_BYTES;

    /** Step of a Weyl sequence: 2^64 divided by the golden ratio, odd. */
    static final long STEP = 0x9E3779B97F4A7C15L;

    private static final int VERSION_OFFSET = KEY_BYTES;
    private static final int FILL_OFFSET = VERSION_OFFSET + Long.BYTES;
    private static final long KEY_SALT = 0x5851F42D4C957F2DL;

    private Records() {}

    public static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return z ^ (z >>> 33);
    }

    public static long key(final long index) {
        return mix(index + KEY_SALT);
    }

    /**
     * An index that the state of a random sequence stands for.
     *
     * @param state any number
     * @param records the number of records
     * @return 0 to {@code records - 1}, each equally likely
     */
    public static long index(final long state, final long records) {
        return Math.multiplyHigh(mix(state) >>> 1, records << 1);
    }

    static void putKey(final MutableDirectBuffer buffer, final long index) {
        buffer.putLong(0, key(index), ByteOrder.LITTLE_ENDIAN);
    }

    /** Fills the part of a value that does not change from record to record. */
    static void fillValue(final MutableDirectBuffer buffer) {
        for (int i = FILL_OFFSET; i < buffer.capacity(); i++) {
            buffer.putByte(i, (byte) i);
        }
    }

    /** Makes a filled value that of a record. */
    static void putValue(final MutableDirectBuffer buffer, final long index, final long version) {
        buffer.putLong(0, key(index), ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(VERSION_OFFSET, version, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Checks a value that was read.
     *
     * @param index whose value it should be
     * @param length bytes of the value, or -1
     * @param firstLong its first 8 bytes
     * @return {@code firstLong}
     * @throws IllegalStateException when it is another one, or none
     */
    static long check(final long index, final int length, final long firstLong) {
        if (length != VALUE_BYTES || firstLong != key(index)) {
            throw wrong(index, length, firstLong);
        }
        return firstLong;
    }

    static IllegalStateException wrong(final long index, final int length, final long firstLong) {
        return new IllegalStateException("record " + index + ": expected " + VALUE_BYTES + " bytes that begin with "
                + Long.toHexString(key(index)) + ", found " + length + " bytes that begin with "
                + Long.toHexString(firstLong));
    }
}
