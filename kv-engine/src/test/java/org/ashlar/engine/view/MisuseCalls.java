package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Calls on a view that must be refused, for tests in this JVM and in one without Agrona's checks. */
final class MisuseCalls {
    /** Bytes of the view that the calls are made for. */
    static final int LENGTH = 40;

    private static final int AT_LENGTH_PREFIX = 8;
    private static final int[] ABSURD = {Integer.MIN_VALUE, Integer.MAX_VALUE, -1, LENGTH, LENGTH + 1, -LENGTH};

    /**
     * A call.
     *
     * @param name what it does
     * @param body does it
     * @param <B> what it is made on
     */
    record Call<B extends DirectBuffer>(String name, Consumer<B> body) {
        @Override
        public String toString() {
            return name;
        }
    }

    private MisuseCalls() {}

    /** Calls that reach beyond the view, with an index, a length, a length prefix or the other side of a copy. */
    static List<Call<DirectBuffer>> beyondBounds(final long prefixAddress) {
        final List<Call<DirectBuffer>> calls = new ArrayList<>();
        fixedSize(calls);
        ranges(calls);
        copies(calls);
        lengthPrefixes(calls, prefixAddress);
        return calls;
    }

    private static void fixedSize(final List<Call<DirectBuffer>> calls) {
        atEnd(calls, "getByte", 1, (v, i) -> v.getByte(i));
        atEnd(calls, "getShort", 2, (v, i) -> v.getShort(i));
        atEnd(calls, "getShort, order", 2, (v, i) -> v.getShort(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getChar", 2, (v, i) -> v.getChar(i));
        atEnd(calls, "getChar, order", 2, (v, i) -> v.getChar(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getInt", 4, (v, i) -> v.getInt(i));
        atEnd(calls, "getInt, order", 4, (v, i) -> v.getInt(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getFloat", 4, (v, i) -> v.getFloat(i));
        atEnd(calls, "getFloat, order", 4, (v, i) -> v.getFloat(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getLong", 8, (v, i) -> v.getLong(i));
        atEnd(calls, "getLong, order", 8, (v, i) -> v.getLong(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getDouble", 8, (v, i) -> v.getDouble(i));
        atEnd(calls, "getDouble, order", 8, (v, i) -> v.getDouble(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getStringAscii", 4, (v, i) -> v.getStringAscii(i));
        atEnd(calls, "getStringAscii, order", 4, (v, i) -> v.getStringAscii(i, ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getStringAscii, appendable", 4, (v, i) -> v.getStringAscii(i, new StringBuilder()));
        atEnd(
                calls,
                "getStringAscii, appendable, order",
                4,
                (v, i) -> v.getStringAscii(i, new StringBuilder(), ByteOrder.BIG_ENDIAN));
        atEnd(calls, "getStringUtf8", 4, (v, i) -> v.getStringUtf8(i));
        atEnd(calls, "getStringUtf8, order", 4, (v, i) -> v.getStringUtf8(i, ByteOrder.BIG_ENDIAN));
    }

    private static void ranges(final List<Call<DirectBuffer>> calls) {
        range(calls, "boundsCheck", 0, (v, i, n) -> v.boundsCheck(i, n));
        range(calls, "getStringAscii", 4, (v, i, n) -> v.getStringAscii(i, n));
        range(calls, "getStringAscii, appendable", 4, (v, i, n) -> v.getStringAscii(i, n, new StringBuilder()));
        range(calls, "getStringUtf8", 4, (v, i, n) -> v.getStringUtf8(i, n));
        range(calls, "getStringWithoutLengthAscii", 0, (v, i, n) -> v.getStringWithoutLengthAscii(i, n));
        range(
                calls,
                "getStringWithoutLengthAscii, appendable",
                0,
                (v, i, n) -> v.getStringWithoutLengthAscii(i, n, new StringBuilder()));
        range(calls, "getStringWithoutLengthUtf8", 0, (v, i, n) -> v.getStringWithoutLengthUtf8(i, n));
        range(calls, "parseNaturalIntAscii", 0, (v, i, n) -> v.parseNaturalIntAscii(i, n));
        range(calls, "parseNaturalLongAscii", 0, (v, i, n) -> v.parseNaturalLongAscii(i, n));
        range(calls, "parseIntAscii", 0, (v, i, n) -> v.parseIntAscii(i, n));
        range(calls, "parseLongAscii", 0, (v, i, n) -> v.parseLongAscii(i, n));
        range(calls, "getBytes, array", 0, (v, i, n) -> v.getBytes(i, new byte[128], 0, n));
        range(calls, "getBytes, buffer", 0, (v, i, n) -> v.getBytes(i, new UnsafeBuffer(new byte[128]), 0, n));
        range(calls, "getBytes, expandable", 0, (v, i, n) -> v.getBytes(i, new ExpandableArrayBuffer(), 0, n));
        range(calls, "getBytes, ByteBuffer", 0, (v, i, n) -> v.getBytes(i, ByteBuffer.allocate(128), n));
        range(calls, "getBytes, ByteBuffer at", 0, (v, i, n) -> v.getBytes(i, ByteBuffer.allocate(128), 0, n));
        for (final int limit : new int[] {LENGTH + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
            calls.add(new Call<>("checkLimit(" + limit + ")", v -> v.checkLimit(limit)));
        }
    }

    private static void copies(final List<Call<DirectBuffer>> calls) {
        calls.add(new Call<>("getBytes into a longer array", v -> v.getBytes(0, new byte[LENGTH + 1])));
        calls.add(new Call<>("getBytes into an array, from the end", v -> v.getBytes(LENGTH - 1, new byte[2])));
        for (final int at : new int[] {9, 17, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            final String where = " of 16 bytes, 8 bytes at " + at;
            calls.add(new Call<>("array" + where, v -> v.getBytes(0, new byte[16], at, 8)));
            calls.add(new Call<>("buffer" + where, v -> v.getBytes(0, new UnsafeBuffer(new byte[16]), at, 8)));
            calls.add(new Call<>("ByteBuffer" + where, v -> v.getBytes(0, ByteBuffer.allocateDirect(16), at, 8)));
        }
        calls.add(new Call<>("expandable at -1", v -> v.getBytes(0, new ExpandableArrayBuffer(), -1, 8)));
        calls.add(new Call<>(
                "ByteBuffer beyond its limit",
                v -> v.getBytes(0, ByteBuffer.allocate(16).limit(8).position(4), 5)));
    }

    private static void lengthPrefixes(final List<Call<DirectBuffer>> calls, final long prefixAddress) {
        final UnsafeBuffer prefix = new UnsafeBuffer(prefixAddress, LENGTH);
        final int longest = LENGTH - AT_LENGTH_PREFIX - DirectBuffer.STR_HEADER_LEN;
        for (final int length :
                new int[] {longest + 1, Integer.MAX_VALUE, Integer.MAX_VALUE - 11, -1, Integer.MIN_VALUE}) {
            for (final ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
                final Consumer<DirectBuffer> write = v -> prefix.putInt(AT_LENGTH_PREFIX, length, order);
                final String name = ", prefix says " + length + ", " + order;
                calls.add(new Call<>(
                        "getStringAscii" + name, write.andThen(v -> v.getStringAscii(AT_LENGTH_PREFIX, order))));
                calls.add(new Call<>(
                        "getStringUtf8" + name, write.andThen(v -> v.getStringUtf8(AT_LENGTH_PREFIX, order))));
                calls.add(new Call<>(
                        "getStringAscii, appendable" + name,
                        write.andThen(v -> v.getStringAscii(AT_LENGTH_PREFIX, new StringBuilder(), order))));
            }
            final Consumer<DirectBuffer> write = v -> prefix.putInt(AT_LENGTH_PREFIX, length);
            final String name = ", prefix says " + length;
            calls.add(new Call<>("getStringAscii" + name, write.andThen(v -> v.getStringAscii(AT_LENGTH_PREFIX))));
            calls.add(new Call<>("getStringUtf8" + name, write.andThen(v -> v.getStringUtf8(AT_LENGTH_PREFIX))));
            calls.add(new Call<>(
                    "getStringAscii, appendable" + name,
                    write.andThen(v -> v.getStringAscii(AT_LENGTH_PREFIX, new StringBuilder()))));
        }
    }

    /** Calls of every method that reads something or tells something of the bytes, all within bounds. */
    static List<Call<DirectBuffer>> all() {
        final List<Call<DirectBuffer>> calls = new ArrayList<>();
        calls.add(new Call<>("capacity", DirectBuffer::capacity));
        calls.add(new Call<>("addressOffset", DirectBuffer::addressOffset));
        calls.add(new Call<>("byteArray", DirectBuffer::byteArray));
        calls.add(new Call<>("byteBuffer", DirectBuffer::byteBuffer));
        calls.add(new Call<>("wrapAdjustment", DirectBuffer::wrapAdjustment));
        calls.add(new Call<>("checkLimit", v -> v.checkLimit(0)));
        calls.add(new Call<>("hashCode", v -> use(v.hashCode())));
        calls.add(new Call<>("equals", v -> use(v.equals(new Object()))));
        calls.add(new Call<>("compareTo", v -> v.compareTo(new UnsafeBuffer(new byte[0]))));
        calls.add(new Call<>("getBytes, empty array", v -> v.getBytes(0, new byte[0])));
        final List<Call<DirectBuffer>> atZero = new ArrayList<>();
        fixedSize(atZero);
        ranges(atZero);
        calls.addAll(atZero); // scope comes before bounds, so that calls beyond bounds serve as well
        return calls;
    }

    private static void use(final Object result) {
        Objects.requireNonNull(result);
    }

    private static void atEnd(
            final List<Call<DirectBuffer>> calls,
            final String name,
            final int size,
            final ObjIntConsumer<DirectBuffer> body) {
        calls.add(new Call<>(name + " across the end", v -> body.accept(v, LENGTH - size + 1)));
        for (final int index : ABSURD) {
            calls.add(new Call<>(name + " at " + index, v -> body.accept(v, index)));
        }
    }

    private static void range(
            final List<Call<DirectBuffer>> calls, final String name, final int header, final RangeCall body) {
        calls.add(new Call<>(name + ", one too long", v -> body.accept(v, 1, LENGTH - header)));
        for (final int absurd : ABSURD) {
            if (absurd != LENGTH || header > 0) {
                calls.add(new Call<>(name + " at 0 of " + absurd, v -> body.accept(v, 0, absurd)));
            }
            calls.add(new Call<>(name + " of 1 at " + absurd, v -> body.accept(v, absurd, 1)));
            calls.add(new Call<>(name + " of MAX at " + absurd, v -> body.accept(v, absurd, Integer.MAX_VALUE)));
        }
    }

    private interface RangeCall {
        void accept(DirectBuffer view, int index, int length);
    }
}
