package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.Records;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[Values.MIXED.longest()]);

    ValuesTest() {
        Values.fill(value);
        Values.stamp(value, 7, 3);
    }

    @Test
    void theRightValueIsTaken() {
        Values.MIXED.check(7, value, Values.MIXED.length(3));
        Values.MIXED.checkAll(7, value, Values.MIXED.length(3));
        Values.SMALL.check(7, value, 100);
        Values.LARGE.check(7, value, 1000);
    }

    @Test
    void noneAnotherAShorterAndATornOneAreNot() {
        final int length = Values.MIXED.length(3);
        assertThrows(IllegalStateException.class, () -> Values.MIXED.check(7, value, -1));
        assertThrows(IllegalStateException.class, () -> Values.MIXED.check(8, value, length));
        assertThrows(IllegalStateException.class, () -> Values.MIXED.check(7, value, length - 1));
        value.putByte(length - 1, (byte) 0);
        assertThrows(IllegalStateException.class, () -> Values.MIXED.check(7, value, length));
    }

    @Test
    void eachByteIsCheckedWhereAllAre() {
        value.putByte(50, (byte) 0);
        Values.SMALL.check(7, value, 100);
        assertThrows(IllegalStateException.class, () -> Values.SMALL.checkAll(7, value, 100));
    }

    @Test
    void mixedLengthsAreAllOfTheirRange() {
        final Set<Integer> lengths = new HashSet<>();
        double sum = 0;
        for (int version = 0; version < 100_000; version++) {
            lengths.add(Values.MIXED.length(version));
            sum += Values.MIXED.length(version);
        }
        assertEquals(901, lengths.size());
        assertTrue(lengths.contains(100) && lengths.contains(1000));
        assertEquals(Values.MIXED.average(), sum / 100_000, 5);
    }

    @Test
    void keysAreNumbersInTheirTwoForms() {
        for (final boolean direct : new boolean[] {false, true}) {
            final Session small = new NothingContender()
                    .open(java.nio.file.Path.of("."), shape(8))
                    .session(0);
            final Session large = new Keys(shape(23), direct);
            small.select(5, Records.key(5));
            large.select(5, Records.key(5));
            assertEquals(Records.key(5), small.key.getLong(0));
            final byte[] text = new byte[23];
            large.key.getBytes(0, text);
            assertEquals(
                    "record:" + String.format("%016x", Records.key(5)), new String(text, StandardCharsets.US_ASCII));
        }
    }

    private static Shape shape(final int keyBytes) {
        return new Shape(10, keyBytes, Values.SMALL, 1);
    }

    private static final class Keys extends Session {
        Keys(final Shape shape, final boolean direct) {
            super(shape, direct);
        }

        @Override
        protected int get() {
            return -1;
        }

        @Override
        protected void put(final int length) {}

        @Override
        protected boolean delete() {
            return false;
        }
    }
}
