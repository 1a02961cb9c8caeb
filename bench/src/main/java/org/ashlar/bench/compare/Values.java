package org.ashlar.bench.compare;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.bench.Records;

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
    static void stamp(final MutableDirectBuffer value, final long index, final long version) {
        value.putLong(0, Records.key(index), ByteOrder.LITTLE_ENDIAN);
        value.putLong(VERSION_OFFSET, version, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Checks both ends of a value that was read.
     *
     * @param index whose value it should be
     * @param found the value
     * @param length its bytes, negative when there is none
     * @return something that depends on what was read
     * @throws IllegalStateException when it is another one, none, or not whole
     */
    long check(final long index, final DirectBuffer found, final int length) {
        if (length >= shortest) {
            final long stamp = found.getLong(0, ByteOrder.LITTLE_ENDIAN);
            final long version = found.getLong(VERSION_OFFSET, ByteOrder.LITTLE_ENDIAN);
            final byte last = found.getByte(length - 1);
            if (stamp == Records.key(index) && length == length(version) && last == (byte) (length - 1)) {
                return stamp + last;
            }
        }
        throw new IllegalStateException("record " + index + ", whose value begins with "
                + Long.toHexString(Records.key(index)) + ": found "
                + (length < 0 ? "none" : length + " bytes that are not its value"));
    }

    /** Checks every byte of a value that was read, as {@link #check} does both ends. */
    void checkAll(final long index, final DirectBuffer found, final int length) {
        check(index, found, length);
        for (int i = FILL_OFFSET; i < length; i++) {
            if (found.getByte(i) != (byte) i) {
                throw new IllegalStateException("record " + index + ": byte " + i + " is " + found.getByte(i));
            }
        }
    }
}
