package org.ashlar.kv.typed;

import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * How objects of a type become bytes, and bytes objects. The bytes outlive the program, so a codec is a file format: once data is stored
 * it can be extended, not changed.
 *
 * <p>A codec is used by many threads at once, so it keeps no state. A codec for keys writes the same bytes for objects that are equal, and
 * other bytes for objects that are not.
 *
 * @param <T> the type of the objects
 */
public interface Codec<T> {
    /**
     * How many bytes {@link #encode} will write.
     *
     * @param value the object
     * @return bytes, 0 or more
     * @throws IllegalArgumentException when this object cannot be encoded
     */
    int encodedLength(T value);

    /**
     * Writes an object, all of its {@link #encodedLength} bytes: those that are left out may hold anything. The target may be the place in
     * the store where a value will stay.
     *
     * @param value the object, for which {@link #encodedLength} has just been called
     * @param target where to write; not to be kept, and not to be wrapped
     * @param offset of the first byte
     * @throws IllegalArgumentException when this object cannot be encoded
     */
    void encode(T value, MutableDirectBuffer target, int offset);

    /**
     * Makes an object of bytes. The source may be the store itself and is gone when this returns: what the object keeps must be copied.
     *
     * @param source holds the bytes; not to be kept, and not to be wrapped
     * @param offset of the first byte
     * @param length in bytes, all of which belong to the object
     * @return a new object
     * @throws DecodeException when the bytes are not what {@link #encode} writes
     */
    T decode(DirectBuffer source, int offset, int length);

    /**
     * A codec made of two functions. The easy way, at the price of one more copy of the bytes on the heap in each direction.
     *
     * @param encoder makes an array, which it does not change afterwards and which is not changed by others
     * @param decoder makes an object of an array, which is its own; throws {@link DecodeException} where it cannot
     * @param <T> the type of the objects
     * @return the codec
     */
    static <T> Codec<T> of(final Function<? super T, byte[]> encoder, final Function<byte[], ? extends T> decoder) {
        return new ArrayCodec<>(encoder, decoder);
    }
}
