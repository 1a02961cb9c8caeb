package org.ashlar.engine;

import java.util.Objects;
import org.agrona.DirectBuffer;
import org.ashlar.kv.KvMap;

/** The checks of what users hand in, before anything is done with it. */
final class Arguments {
    private Arguments() {}

    static void checkKey(final byte[] key) {
        Objects.requireNonNull(key, "key");
        if (key.length > KvMap.MAX_KEY_BYTES) {
            throw keyTooLong(key.length);
        }
    }

    static void checkKey(final DirectBuffer key, final int offset, final int length) {
        checkRange(key, offset, length, "key");
        if (length > KvMap.MAX_KEY_BYTES) {
            throw keyTooLong(length);
        }
    }

    static void checkLength(final int valueLength) {
        if (valueLength < 0) {
            throw new IllegalArgumentException("a value cannot have " + valueLength + " bytes");
        }
    }

    private static IllegalArgumentException keyTooLong(final int length) {
        return new IllegalArgumentException(
                "a key has at most " + KvMap.MAX_KEY_BYTES + " bytes, but this one has " + length);
    }

    static void checkKeys(final DirectBuffer keys, final int offset, final int keyLength, final int count) {
        if ((keyLength | count) < 0 || (long) keyLength * count > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException(count + " keys of " + keyLength + " bytes");
        }
        checkRange(keys, offset, keyLength * count, "keys");
        if (keyLength > KvMap.MAX_KEY_BYTES) {
            throw keyTooLong(keyLength);
        }
    }

    /** Unlike Agrona's own check, this one cannot be switched off. */
    static void checkRange(final DirectBuffer buffer, final int offset, final int length, final String what) {
        Objects.requireNonNull(buffer, what);
        if ((offset | length) < 0 || offset > buffer.capacity() - length) {
            throw new IndexOutOfBoundsException(what + ": offset " + offset + " and length " + length
                    + " do not lie within a capacity of " + buffer.capacity());
        }
    }
}
