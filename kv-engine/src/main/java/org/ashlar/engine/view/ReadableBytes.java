package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import org.agrona.MutableDirectBuffer;

/** The reading half of a view or a slot: each method checks, and leaves the rest to Agrona. */
abstract class ReadableBytes extends ScopedBytes {
    ReadableBytes(final String noun, final String whenValid) {
        super(noun, whenValid);
    }

    @Override
    public long getLong(final int index, final ByteOrder byteOrder) {
        check(index, Long.BYTES);
        return bytes.getLong(index, byteOrder);
    }

    @Override
    public long getLong(final int index) {
        check(index, Long.BYTES);
        return bytes.getLong(index);
    }

    @Override
    public int getInt(final int index, final ByteOrder byteOrder) {
        check(index, Integer.BYTES);
        return bytes.getInt(index, byteOrder);
    }

    @Override
    public int getInt(final int index) {
        check(index, Integer.BYTES);
        return bytes.getInt(index);
    }

    @Override
    public double getDouble(final int index, final ByteOrder byteOrder) {
        check(index, Double.BYTES);
        return bytes.getDouble(index, byteOrder);
    }

    @Override
    public double getDouble(final int index) {
        check(index, Double.BYTES);
        return bytes.getDouble(index);
    }

    @Override
    public float getFloat(final int index, final ByteOrder byteOrder) {
        check(index, Float.BYTES);
        return bytes.getFloat(index, byteOrder);
    }

    @Override
    public float getFloat(final int index) {
        check(index, Float.BYTES);
        return bytes.getFloat(index);
    }

    @Override
    public short getShort(final int index, final ByteOrder byteOrder) {
        check(index, Short.BYTES);
        return bytes.getShort(index, byteOrder);
    }

    @Override
    public short getShort(final int index) {
        check(index, Short.BYTES);
        return bytes.getShort(index);
    }

    @Override
    public char getChar(final int index, final ByteOrder byteOrder) {
        check(index, Character.BYTES);
        return bytes.getChar(index, byteOrder);
    }

    @Override
    public char getChar(final int index) {
        check(index, Character.BYTES);
        return bytes.getChar(index);
    }

    @Override
    public byte getByte(final int index) {
        check(index, Byte.BYTES);
        return bytes.getByte(index);
    }

    @Override
    public int parseNaturalIntAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseNaturalIntAscii(index, length);
    }

    @Override
    public long parseNaturalLongAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseNaturalLongAscii(index, length);
    }

    @Override
    public int parseIntAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseIntAscii(index, length);
    }

    @Override
    public long parseLongAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseLongAscii(index, length);
    }

    @Override
    public void getBytes(final int index, final byte[] dst) {
        getBytes(index, dst, 0, dst.length);
    }

    @Override
    public void getBytes(final int index, final byte[] dst, final int offset, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(offset, length, dst.length);
        bytes.getBytes(index, dst, offset, length);
    }

    @Override
    public void getBytes(final int index, final MutableDirectBuffer dstBuffer, final int dstIndex, final int length) {
        check(index, length);
        final boolean expands = dstBuffer.isExpandable();
        Objects.checkFromIndexSize(dstIndex, length, expands ? Integer.MAX_VALUE : dstBuffer.capacity());
        dstBuffer.putBytes(dstIndex, this, index, length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dstBuffer, final int length) {
        final int position = dstBuffer.position();
        check(index, length);
        Objects.checkFromIndexSize(position, length, dstBuffer.limit());
        getBytes(index, dstBuffer, position, length);
        dstBuffer.position(position + length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dstBuffer, final int dstOffset, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(dstOffset, length, dstBuffer.capacity());
        if (dstBuffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        bytes.getBytes(index, dstBuffer, dstOffset, length);
    }

    @Override
    public String getStringAscii(final int index) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringAscii(final int index, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringAscii(final int index, final int length) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringWithoutLengthAscii(final int index, final int length) {
        check(index, length);
        return bytes.getStringWithoutLengthAscii(index, length);
    }

    @Override
    public int getStringAscii(final int index, final Appendable appendable) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringAscii(final int index, final Appendable appendable, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringAscii(final int index, final int length, final Appendable appendable) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringWithoutLengthAscii(final int index, final int length, final Appendable appendable) {
        check(index, length);
        return bytes.getStringWithoutLengthAscii(index, length, appendable);
    }

    @Override
    public String getStringUtf8(final int index) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringUtf8(final int index, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringUtf8(final int index, final int length) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringWithoutLengthUtf8(final int index, final int length) {
        check(index, length);
        return bytes.getStringWithoutLengthUtf8(index, length);
    }

    /** The length of the string at an index, which is data: it is believed only where the string ends within the range. */
    private int prefixAt(final int index, final ByteOrder byteOrder) {
        check(index, STR_HEADER_LEN);
        final int length = bytes.getInt(index, byteOrder);
        if (length < 0 || length > bytes.capacity() - STR_HEADER_LEN - index) {
            throw new IndexOutOfBoundsException("the string at index " + index + " claims a length of " + length
                    + " bytes, and there are only " + bytes.capacity() + " in all");
        }
        return length;
    }
}
