package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Arguments for a put, that follow from a seed and fit a slot of {@link MisuseCalls#LENGTH} bytes.
 *
 * @param number of any size, the extremes and the neighbours of powers of ten among them
 * @param text of up to 8 characters, in ASCII or beyond, whole or torn surrogate pairs among them
 * @param size of the array, up to {@link MisuseCalls#LENGTH}
 * @param from an index of the array or its end
 * @param length so many bytes that the array has them from there on
 * @param order a byte order
 */
record Draw(long number, String text, int size, int from, int length, ByteOrder order) {
    private static final String CHARACTERS = "az09 ~\u007f\u0080\u00fc\u20ac\ud83d\ude00";

    static Draw of(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final int size = random.nextInt(MisuseCalls.LENGTH + 1);
        final int from = random.nextInt(size + 1);
        final int length = random.nextInt(size - from + 1);
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        }
        final ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return new Draw(number(random), text.toString(), size, from, length, order);
    }

    private static long number(final SplittableRandom random) {
        final long powerOfTen = (long) Math.pow(10, random.nextInt(19));
        return switch (random.nextInt(4)) {
            case 0 -> (powerOfTen - random.nextInt(2)) * (random.nextInt(3) - 1);
            case 1 -> {
                final long[] extremes = {0, Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE};
                yield extremes[random.nextInt(extremes.length)];
            }
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    /** The number as an int, 0 or more. */
    int natural() {
        return (int) number & Integer.MAX_VALUE;
    }

    /** The number as a long, 0 or more. */
    long naturalLong() {
        return number & Long.MAX_VALUE;
    }

    /** The number as a count of 0 to 7. */
    int few() {
        return (int) number & 7;
    }

    /** The text, or null now and then. */
    @Nullable String textOrNull() {
        return from == 0 ? null : text;
    }

    /** Bytes to be copied. */
    byte[] array() {
        final byte[] array = new byte[size];
        new SplittableRandom(number).nextBytes(array);
        return array;
    }

    /** The array as a source that stands at {@link #from}: on the heap, off it, read-only, or a slice, by turns. */
    ByteBuffer buffer() {
        final ByteBuffer wide = (number & 1) == 0 ? ByteBuffer.allocate(size + 3) : ByteBuffer.allocateDirect(size + 3);
        final ByteBuffer slice = wide.put(3, array()).position(3).slice();
        return ((number & 2) == 0 ? slice : slice.asReadOnlyBuffer()).position(from);
    }
}
