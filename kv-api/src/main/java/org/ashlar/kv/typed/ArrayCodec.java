package org.ashlar.kv.typed;

import java.util.Objects;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A codec for objects that are made from and to arrays. */
final class ArrayCodec<T> implements Codec<T> {
    private final Function<? super T, byte[]> encoder;
    private final Function<byte[], ? extends T> decoder;

    ArrayCodec(final Function<? super T, byte[]> encoder, final Function<byte[], ? extends T> decoder) {
        this.encoder = Objects.requireNonNull(encoder, "encoder");
        this.decoder = Objects.requireNonNull(decoder, "decoder");
    }

    /** What any codec writes, in an array of its own: this kind is asked once, the others twice. */
    static <T> byte[] toBytes(final Codec<T> codec, final T value) {
        if (codec instanceof ArrayCodec<T> arrays) {
            return arrays.toBytes(value);
        }
        final byte[] bytes = new byte[codec.encodedLength(value)];
        codec.encode(value, new UnsafeBuffer(bytes), 0);
        return bytes;
    }

    private byte[] toBytes(final T value) {
        return Objects.requireNonNull(encoder.apply(value), "the encoder returned null");
    }

    @Override
    public int encodedLength(final T value) {
        return toBytes(value).length;
    }

    @Override
    public void encode(final T value, final MutableDirectBuffer target, final int offset) {
        target.putBytes(offset, toBytes(value));
    }

    @Override
    public T decode(final DirectBuffer source, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        source.getBytes(offset, bytes);
        return decoder.apply(bytes);
    }
}
