package org.ashlar.bench.compare;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.bench.Records;
import org.ashlar.pmem.Memory;

/**
 * How long values are, and what is in them: the first 8 bytes say whose value it is, the next 8 which write it was, and each byte after
 * those is its own offset. The length follows from the write, so that whoever reads a value can tell whether it is whole.
 */
public enum Values {
    /** 100 bytes each. */
    SMALL(100, 100),
    /** 1,000 bytes each. */
    LARGE(1000, 1000),
    /** 100 to 1,000 bytes, each length equally likely, drawn anew at each write. */
    MIXED(100, 1000);

    private static final int VERSION_OFFSET = Long.BYTES;
    private static final int FILL_OFFSET = VERSION_OFFSET + Long.BYTES;

    private final int shortest;
    private final int longest;

    Values(final int shortest, final int longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /** Bytes of the longest value. */
    public int longest() {
        return longest;
    }

    /** Bytes of a value on average. */
    public int average() {
        return (shortest + longest) / 2;
    }

    /** Whether all values have one length. */
    public boolean areOfOneLength() {
        return shortest == longest;
    }

    /** Bytes of the value of a write. */
    public int length(final long version) {
        return areOfOneLength() ? shortest : shortest + (int) Records.index(version, longest - shortest + 1L);
    }

    /** Fills what does not change from write to write. */
    static void fill(final MutableDirectBuffer value) {
        for (int i = FILL_OFFSET; i < value.capacity(); i++) {
            value.putByte(i, (byte) i);
        }
    }

    /** Makes a filled value that of a record and a write. */
    static void stamp(final MutableDirectBuffer value, final long number, final long version) {
        value.putLong(0, number, ByteOrder.LITTLE_ENDIAN);
        value.putLong(VERSION_OFFSET, version, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Checks both ends of a value that was read.
     *
     * @param number key of the record whose value it should be
     * @param found the value
     * @param length its bytes, negative when there is none
     * @throws IllegalStateException when it is another one, none, or not whole
     */
    void check(final long number, final DirectBuffer found, final int length) {
        if (length >= shortest
                && length <= found.capacity()) { // one check of bounds, and no further look at the buffer
            final byte[] base = found.byteArray();
            final long first = found.addressOffset();
            final long stamp = Memory.getLong(base, first);
            final byte last = Memory.getByte(base, first + length - 1);
            final int expected = areOfOneLength() ? shortest : length(Memory.getLong(base, first + VERSION_OFFSET));
            if (stamp == number && length == expected && last == (byte) (length - 1)) {
                return;
            }
        }
        throw new IllegalStateException("the record whose value begins with " + Long.toHexString(number) + ": found "
                + (length < 0 ? "none" : length + " bytes that are not its value"));
    }

    /** Checks every byte of a value that was read, as {@link #check} does both ends. */
    void checkAll(final long number, final DirectBuffer found, final int length) {
        check(number, found, length);
        for (int i = FILL_OFFSET; i < length; i++) {
            if (found.getByte(i) != (byte) i) {
                throw new IllegalStateException("the record whose value begins with " + Long.toHexString(number)
                        + ": byte " + i + " is " + found.getByte(i));
            }
        }
    }
}
