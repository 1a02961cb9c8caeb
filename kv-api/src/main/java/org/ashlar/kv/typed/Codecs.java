package org.ashlar.kv.typed;

import static java.nio.ByteOrder.BIG_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Codecs for common types.
 *
 * <p>Numbers are stored in offset binary, big endian: the sign bit is turned over and the most significant byte comes first. So the order
 * of the bytes, compared as unsigned, is the order of the numbers, negative ones included, and their order as keys is theirs in
 * any map that is ordered by bytes. A reader that works in place undoes it:
 * {@code view.getLong(0, ByteOrder.BIG_ENDIAN) ^ Long.MIN_VALUE}.
 */
public final class Codecs {
    /**
     * Strings as UTF-8 without a length before them. A string with an unpaired surrogate is refused with
     * {@link IllegalArgumentException}, bytes that are not well-formed UTF-8 with {@link DecodeException}; nothing is replaced.
     */
    public static final Codec<String> STRING = new ArrayCodec<>(Utf8::encode, Utf8::decode);

    /** Longs as 8 bytes in offset binary, big endian: ordered as the numbers are. */
    public static final Codec<Long> LONG = new LongCodec();

    /** Ints as 4 bytes in offset binary, big endian: ordered as the numbers are. */
    public static final Codec<Integer> INT = new IntCodec();

    /**
     * Arrays of bytes as they are. Arrays are equal only to themselves, so {@code equals} and {@code hashCode} of collections of them say
     * little; as keys and as expected values they are compared by their bytes, like everything here.
     */
    public static final Codec<byte[]> BYTES = new ArrayCodec<>(bytes -> bytes, bytes -> bytes);

    /**
     * Buffers: all {@code capacity()} bytes of one, and a buffer around a new array on the way back, fit for a flyweight to be wrapped
     * around. An {@link UnsafeBuffer} is what comes back: it equals another one of the same bytes.
     */
    public static final Codec<DirectBuffer> BUFFER = new BufferCodec();

    private Codecs() {}

    private static void checkLength(
            final int expectedLength,
            final String type,
            final DirectBuffer source,
            final int offset,
            final int length) {
        if (length != expectedLength) {
            throw new DecodeException(DecodeException.show(source, offset, length) + " are not " + type + ", which has "
                    + expectedLength + " bytes");
        }
    }

    private static final class LongCodec implements Codec<Long> {
        @Override
        public int encodedLength(final Long value) {
            return Long.BYTES;
        }

        @Override
        public void encode(final Long value, final MutableDirectBuffer target, final int offset) {
            target.putLong(offset, value ^ Long.MIN_VALUE, BIG_ENDIAN);
        }

        @Override
        public Long decode(final DirectBuffer source, final int offset, final int length) {
            checkLength(Long.BYTES, "a long", source, offset, length);
            return source.getLong(offset, BIG_ENDIAN) ^ Long.MIN_VALUE;
        }
    }

    private static final class IntCodec implements Codec<Integer> {
        @Override
        public int encodedLength(final Integer value) {
            return Integer.BYTES;
        }

        @Override
        public void encode(final Integer value, final MutableDirectBuffer target, final int offset) {
            target.putInt(offset, value ^ Integer.MIN_VALUE, BIG_ENDIAN);
        }

        @Override
        public Integer decode(final DirectBuffer source, final int offset, final int length) {
            checkLength(Integer.BYTES, "an int", source, offset, length);
            return source.getInt(offset, BIG_ENDIAN) ^ Integer.MIN_VALUE;
        }
    }

    private static final class BufferCodec implements Codec<DirectBuffer> {
        @Override
        public int encodedLength(final DirectBuffer value) {
            return value.capacity();
        }

        @Override
        public void encode(final DirectBuffer value, final MutableDirectBuffer target, final int offset) {
            target.putBytes(offset, value, 0, value.capacity());
        }

        @Override
        public DirectBuffer decode(final DirectBuffer source, final int offset, final int length) {
            final byte[] bytes = new byte[length];
            source.getBytes(offset, bytes);
            return new UnsafeBuffer(bytes);
        }
    }
}
