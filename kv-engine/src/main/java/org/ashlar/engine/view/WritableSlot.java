package org.ashlar.engine.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.AsciiEncoding;
import org.agrona.DirectBuffer;
import org.ashlar.kv.ValueSlot;
import org.jspecify.annotations.Nullable;

/**
 * The place of a value that is being written, opened for one thread and closed again; made once and used many times. What it refuses, and
 * why that costs little, is said in {@link ScopedBytes}. Opening and closing change no byte.
 *
 * <p>A call that is refused has written nothing. So that this holds, a method that encodes finds out the length before it writes. Three
 * things that Agrona leaves to the caller are refused: a negative number where a natural one is asked for, one that does not fit its
 * padded length, and bytes of a {@link ByteBuffer} beyond its limit where its position is to move on. A null string is written as
 * Agrona writes it: as an empty one in ASCII, as {@code null} in UTF-8.
 *
 * <p>Stores are neither announced, nor flushed, nor fenced: whoever opened the slot does that for the whole of it.
 */
public final class WritableSlot extends ReadableBytes implements ValueSlot {
    /** Makes a slot that is closed. */
    public WritableSlot() {
        super("slot", "it is valid until the writer that got it returns; write all of the value there");
    }

    @Override
    public boolean isExpandable() {
        checkScope();
        return false;
    }

    @Override
    public void setMemory(final int index, final int length, final byte value) {
        check(index, length);
        bytes.setMemory(index, length, value);
    }

    @Override
    public void putLong(final int index, final long value, final ByteOrder byteOrder) {
        check(index, Long.BYTES);
        bytes.putLong(index, value, byteOrder);
    }

    @Override
    public void putLong(final int index, final long value) {
        check(index, Long.BYTES);
        bytes.putLong(index, value);
    }

    @Override
    public void putInt(final int index, final int value, final ByteOrder byteOrder) {
        check(index, Integer.BYTES);
        bytes.putInt(index, value, byteOrder);
    }

    @Override
    public void putInt(final int index, final int value) {
        check(index, Integer.BYTES);
        bytes.putInt(index, value);
    }

    @Override
    public void putDouble(final int index, final double value, final ByteOrder byteOrder) {
        check(index, Double.BYTES);
        bytes.putDouble(index, value, byteOrder);
    }

    @Override
    public void putDouble(final int index, final double value) {
        check(index, Double.BYTES);
        bytes.putDouble(index, value);
    }

    @Override
    public void putFloat(final int index, final float value, final ByteOrder byteOrder) {
        check(index, Float.BYTES);
        bytes.putFloat(index, value, byteOrder);
    }

    @Override
    public void putFloat(final int index, final float value) {
        check(index, Float.BYTES);
        bytes.putFloat(index, value);
    }

    @Override
    public void putShort(final int index, final short value, final ByteOrder byteOrder) {
        check(index, Short.BYTES);
        bytes.putShort(index, value, byteOrder);
    }

    @Override
    public void putShort(final int index, final short value) {
        check(index, Short.BYTES);
        bytes.putShort(index, value);
    }

    @Override
    public void putChar(final int index, final char value, final ByteOrder byteOrder) {
        check(index, Character.BYTES);
        bytes.putChar(index, value, byteOrder);
    }

    @Override
    public void putChar(final int index, final char value) {
        check(index, Character.BYTES);
        bytes.putChar(index, value);
    }

    @Override
    public void putByte(final int index, final byte value) {
        check(index, Byte.BYTES);
        bytes.putByte(index, value);
    }

    // --------------------------------------------------------------------------------------------- numbers in ASCII

    @Override
    public int putIntAscii(final int index, final int value) {
        check(index, asciiLength(value));
        return bytes.putIntAscii(index, value);
    }

    @Override
    public int putLongAscii(final int index, final long value) {
        check(index, asciiLength(value));
        return bytes.putLongAscii(index, value);
    }

    @Override
    public int putNaturalIntAscii(final int index, final int value) {
        checkNatural(value);
        check(index, AsciiEncoding.digitCount(value));
        return bytes.putNaturalIntAscii(index, value);
    }

    @Override
    public int putNaturalLongAscii(final int index, final long value) {
        checkNatural(value);
        check(index, AsciiEncoding.digitCount(value));
        return bytes.putNaturalLongAscii(index, value);
    }

    @Override
    public void putNaturalPaddedIntAscii(final int index, final int length, final int value) {
        checkNatural(value);
        check(index, length);
        if (value > 0 && AsciiEncoding.digitCount(value) > length) {
            throw new NumberFormatException(value + " has more than " + length + " digits");
        }
        bytes.putNaturalPaddedIntAscii(index, length, value);
    }

    /** Writes no digit for 0, as Agrona does; there must be room for one all the same. */
    @Override
    public int putNaturalIntAsciiFromEnd(final int value, final int endExclusive) {
        checkNatural(value);
        final int length = AsciiEncoding.digitCount(value);
        check(endExclusive - length, length); // a difference that overflows is too great an index
        return bytes.putNaturalIntAsciiFromEnd(value, endExclusive);
    }

    private void checkNatural(final long value) {
        checkScope();
        if (value < 0) {
            throw new NumberFormatException("a natural number is 0 or more, but this is " + value);
        }
    }

    private static int asciiLength(final long value) {
        if (value >= 0) {
            return AsciiEncoding.digitCount(value);
        }
        return value == Long.MIN_VALUE ? AsciiEncoding.MIN_LONG_VALUE.length : 1 + AsciiEncoding.digitCount(-value);
    }

    // ------------------------------------------------------------------------------------------------------- copies

    @Override
    public void putBytes(final int index, final byte[] src) {
        putBytes(index, src, 0, src.length);
    }

    @Override
    public void putBytes(final int index, final byte[] src, final int offset, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(offset, length, src.length);
        bytes.putBytes(index, src, offset, length);
    }

    @Override
    public void putBytes(final int index, final ByteBuffer srcBuffer, final int length) {
        final int position = srcBuffer.position();
        check(index, length);
        Objects.checkFromIndexSize(position, length, srcBuffer.limit());
        putBytes(index, srcBuffer, position, length);
        srcBuffer.position(position + length);
    }

    @Override
    public void putBytes(final int index, final ByteBuffer srcBuffer, final int srcIndex, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(srcIndex, length, srcBuffer.capacity());
        bytes.putBytes(index, srcBuffer, srcIndex, length);
    }

    @Override
    public void putBytes(final int index, final DirectBuffer srcBuffer, final int srcIndex, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(srcIndex, length, srcBuffer.capacity());
        bytes.putBytes(index, srcBuffer, srcIndex, length);
    }

    // ------------------------------------------------------------------------------------------------------ strings

    @Override
    public int putStringAscii(final int index, final @Nullable String value) {
        return putPrefixedAscii(index, value, ByteOrder.nativeOrder());
    }

    @Override
    public int putStringAscii(final int index, final @Nullable CharSequence value) {
        return putPrefixedAscii(index, value, ByteOrder.nativeOrder());
    }

    @Override
    public int putStringAscii(final int index, final @Nullable String value, final ByteOrder byteOrder) {
        return putPrefixedAscii(index, value, byteOrder);
    }

    @Override
    public int putStringAscii(final int index, final @Nullable CharSequence value, final ByteOrder byteOrder) {
        return putPrefixedAscii(index, value, byteOrder);
    }

    @Override
    public int putStringWithoutLengthAscii(final int index, final @Nullable String value) {
        return putAscii(index, value, 0, Integer.MAX_VALUE);
    }

    @Override
    public int putStringWithoutLengthAscii(final int index, final @Nullable CharSequence value) {
        return putAscii(index, value, 0, Integer.MAX_VALUE);
    }

    @Override
    public int putStringWithoutLengthAscii(
            final int index, final @Nullable String value, final int valueOffset, final int length) {
        return putAscii(index, value, valueOffset, length);
    }

    @Override
    public int putStringWithoutLengthAscii(
            final int index, final @Nullable CharSequence value, final int valueOffset, final int length) {
        return putAscii(index, value, valueOffset, length);
    }

    @Override
    public int putStringUtf8(final int index, final @Nullable String value) {
        return putPrefixedUtf8(index, value, ByteOrder.nativeOrder(), Integer.MAX_VALUE);
    }

    @Override
    public int putStringUtf8(final int index, final @Nullable String value, final ByteOrder byteOrder) {
        return putPrefixedUtf8(index, value, byteOrder, Integer.MAX_VALUE);
    }

    @Override
    public int putStringUtf8(final int index, final @Nullable String value, final int maxEncodedLength) {
        return putPrefixedUtf8(index, value, ByteOrder.nativeOrder(), maxEncodedLength);
    }

    @Override
    public int putStringUtf8(
            final int index, final @Nullable String value, final ByteOrder byteOrder, final int maxEncodedLength) {
        return putPrefixedUtf8(index, value, byteOrder, maxEncodedLength);
    }

    @Override
    public int putStringWithoutLengthUtf8(final int index, final @Nullable String value) {
        checkScope();
        final byte[] encoded = utf8(value);
        putBytes(index, encoded);
        return encoded.length;
    }

    private int putPrefixedUtf8(
            final int index, final @Nullable String value, final ByteOrder byteOrder, final int maxEncodedLength) {
        checkScope();
        final byte[] encoded = utf8(value);
        if (encoded.length > maxEncodedLength) {
            throw new IllegalArgumentException(
                    "the string takes " + encoded.length + " bytes in UTF-8, more than " + maxEncodedLength);
        }
        checkPrefixed(index, encoded.length);
        bytes.putInt(index, encoded.length, byteOrder);
        bytes.putBytes(index + STR_HEADER_LEN, encoded);
        return STR_HEADER_LEN + encoded.length;
    }

    private static byte[] utf8(final @Nullable String value) {
        return String.valueOf(value).getBytes(UTF_8);
    }

    private int putPrefixedAscii(final int index, final @Nullable CharSequence value, final ByteOrder byteOrder) {
        checkScope();
        final CharSequence text = value == null ? "" : value;
        final int length = text.length(); // asked once: another answer later would make the check worthless
        checkPrefixed(index, length);
        bytes.putInt(index, length, byteOrder);
        putCharacters(index + STR_HEADER_LEN, text, 0, length);
        return STR_HEADER_LEN + length;
    }

    private int putAscii(
            final int index, final @Nullable CharSequence value, final int valueOffset, final int maxLength) {
        checkScope();
        if (value == null) {
            check(index, 0);
            return 0;
        }
        final int valueLength = value.length();
        final int length = Math.min(valueLength - valueOffset, maxLength);
        Objects.checkFromIndexSize(valueOffset, length, valueLength);
        check(index, length);
        putCharacters(index, value, valueOffset, length);
        return length;
    }

    /** Checks each byte again: a sequence of characters may be anybody's code. */
    private void putCharacters(final int index, final CharSequence value, final int valueOffset, final int length) {
        for (int i = 0; i < length; i++) {
            final char c = value.charAt(valueOffset + i);
            putByte(index + i, (byte) (c > 127 ? '?' : c));
        }
    }
}
