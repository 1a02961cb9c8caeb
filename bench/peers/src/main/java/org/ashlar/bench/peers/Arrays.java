package org.ashlar.bench.peers;

import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** For stores that take an array as a value, whole: one of each length that is needed, reused. */
final class Arrays {
    private final DirectBuffer value;
    private final byte[] @Nullable [] arrays;

    /**
     * None yet.
     *
     * @param value what is copied into them
     */
    Arrays(final DirectBuffer value) {
        this.value = value;
        arrays = new byte[value.capacity() + 1][];
    }

    /** A copy of the beginning of the value, good until the next one of that length. */
    byte[] ofLength(final int length) {
        byte[] array = arrays[length];
        if (array == null) {
            array = new byte[length];
            arrays[length] = array;
        }
        value.getBytes(0, array);
        return array;
    }
}
