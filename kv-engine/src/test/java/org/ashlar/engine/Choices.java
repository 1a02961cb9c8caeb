package org.ashlar.engine;

import java.util.SplittableRandom;

/** Where the decisions of a random test come from: a seed, or the bytes of a fuzzer, of which each run takes as many as it needs. */
interface Choices {
    /** A number from 0 to one less than the bound. */
    int below(int bound);

    /** Any 64 bits. */
    long word();

    /** Whether nothing is left to decide: the rest is 0. */
    boolean isOver();

    /** Choices without end. */
    static Choices ofSeed(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        return new Choices() {
            @Override
            public int below(final int bound) {
                return random.nextInt(bound);
            }

            @Override
            public long word() {
                return random.nextLong();
            }

            @Override
            public boolean isOver() {
                return false;
            }
        };
    }

    /** Choices that are read from bytes: one for a small bound, two or three for a larger one, eight for a word. */
    static Choices ofBytes(final byte[] bytes) {
        return new Choices() {
            private int at;

            @Override
            public int below(final int bound) {
                int value = 0;
                for (int rest = bound - 1; rest > 0; rest >>>= Byte.SIZE) {
                    value = value << Byte.SIZE | next();
                }
                return Integer.remainderUnsigned(value, bound);
            }

            @Override
            public long word() {
                long value = 0;
                for (int i = 0; i < Long.BYTES; i++) {
                    value = value << Byte.SIZE | next();
                }
                return value;
            }

            @Override
            public boolean isOver() {
                return at >= bytes.length;
            }

            private int next() {
                return at < bytes.length ? bytes[at++] & 0xFF : 0;
            }
        };
    }
}
