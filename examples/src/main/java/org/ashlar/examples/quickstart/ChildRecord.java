package org.ashlar.examples.quickstart;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a child writes: the key and the value of the n-th write. A value begins with n, and all of it follows from n, so it
 * is its own check: a part of one value, or parts of two, are never taken for a whole one.
 */
final class ChildRecord {
    private static final int KEYS = 2_000;
    private static final int MIN_VALUE_BYTES = Long.BYTES;
    private static final int MAX_SIZE_BITS = 15;

    private ChildRecord() {}

    /** Which key the n-th write is for. There are few, so that a child overwrites as well. */
    static int keyOf(final long sequence) {
        return new SplittableRandom(~sequence).nextInt(KEYS);
    }

    static byte[] keyBytes(final int key) {
        return longBytes(key);
    }

    /** The value of the n-th write: 8 B to 32 KiB, short ones more often than long ones. */
    static byte[] value(final long sequence) {
        final SplittableRandom random = new SplittableRandom(sequence);
        final byte[] value = new byte[MIN_VALUE_BYTES + random.nextInt(1 << random.nextInt(MAX_SIZE_BITS + 1))];
        random.nextBytes(value);
        System.arraycopy(longBytes(sequence), 0, value, 0, Long.BYTES);
        return value;
    }

    /** The n of a value, or -1 where it is no value of any write. */
    static long sequenceOf(final byte[] value) {
        if (value.length < MIN_VALUE_BYTES) {
            return -1;
        }
        final long sequence = ByteBuffer.wrap(value).getLong();
        return sequence >= 0 && Arrays.equals(value, value(sequence)) ? sequence : -1;
    }

    private static byte[] longBytes(final long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
