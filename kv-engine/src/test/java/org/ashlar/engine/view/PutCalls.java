package org.ashlar.engine.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.engine.view.MisuseCalls.Call;
import org.jspecify.annotations.Nullable;

/** Every way to write into a slot, how many bytes it takes, and how it may be misused. */
final class PutCalls {
    private static final int LENGTH = MisuseCalls.LENGTH;
    private static final int HEADER = DirectBuffer.STR_HEADER_LEN;

    private static final List<Put> PUTS = new ArrayList<>();

    /**
     * A method with its arguments.
     *
     * @param name what it is called
     * @param size bytes that it writes from the index on; counted without Agrona's help
     * @param body does it, and says what it returned
     */
    record Put(String name, ToIntFunction<Draw> size, Body body) {}

    interface Body {
        @Nullable Object put(MutableDirectBuffer buffer, int index, Draw draw);
    }

    private interface VoidBody {
        void put(MutableDirectBuffer buffer, int index, Draw draw);
    }

    private interface Range {
        void put(MutableDirectBuffer buffer, int index, int length);
    }

    static {
        numbers();
        numbersInAscii();
        copies();
        ascii();
        utf8();
    }

    private PutCalls() {}

    /** All of them. */
    static List<Put> puts() {
        return List.copyOf(PUTS);
    }

    private static void numbers() {
        put("putByte", d -> 1, (b, i, d) -> b.putByte(i, (byte) d.number()));
        put("putShort", d -> 2, (b, i, d) -> b.putShort(i, (short) d.number()));
        put("putShort, order", d -> 2, (b, i, d) -> b.putShort(i, (short) d.number(), d.order()));
        put("putChar", d -> 2, (b, i, d) -> b.putChar(i, (char) d.number()));
        put("putChar, order", d -> 2, (b, i, d) -> b.putChar(i, (char) d.number(), d.order()));
        put("putInt", d -> 4, (b, i, d) -> b.putInt(i, (int) d.number()));
        put("putInt, order", d -> 4, (b, i, d) -> b.putInt(i, (int) d.number(), d.order()));
        put("putFloat", d -> 4, (b, i, d) -> b.putFloat(i, (float) d.number()));
        put("putFloat, order", d -> 4, (b, i, d) -> b.putFloat(i, (float) d.number(), d.order()));
        put("putLong", d -> 8, (b, i, d) -> b.putLong(i, d.number()));
        put("putLong, order", d -> 8, (b, i, d) -> b.putLong(i, d.number(), d.order()));
        put("putDouble", d -> 8, (b, i, d) -> b.putDouble(i, (double) d.number()));
        put("putDouble, order", d -> 8, (b, i, d) -> b.putDouble(i, (double) d.number(), d.order()));
    }

    private static void numbersInAscii() {
        returning(
                "putIntAscii",
                d -> Integer.toString((int) d.number()).length(),
                (b, i, d) -> b.putIntAscii(i, (int) d.number()));
        returning("putLongAscii", d -> digits(d.number()), (b, i, d) -> b.putLongAscii(i, d.number()));
        returning("putNaturalIntAscii", d -> digits(d.natural()), (b, i, d) -> b.putNaturalIntAscii(i, d.natural()));
        returning(
                "putNaturalLongAscii",
                d -> digits(d.naturalLong()),
                (b, i, d) -> b.putNaturalLongAscii(i, d.naturalLong()));
        put(
                "putNaturalPaddedIntAscii",
                d -> digits(d.natural()) + d.few(),
                (b, i, d) -> b.putNaturalPaddedIntAscii(i, digits(d.natural()) + d.few(), d.natural()));
        put("putNaturalPaddedIntAscii of 0", Draw::few, (b, i, d) -> b.putNaturalPaddedIntAscii(i, d.few(), 0));
        final ToIntFunction<Draw> size = d -> digits(d.natural());
        returning(
                "putNaturalIntAsciiFromEnd",
                size,
                (b, i, d) -> b.putNaturalIntAsciiFromEnd(d.natural(), i + size.applyAsInt(d)));
    }

    private static int digits(final long number) {
        return Long.toString(number).length();
    }

    private static void copies() {
        put("setMemory", Draw::length, (b, i, d) -> b.setMemory(i, d.length(), (byte) d.number()));
        put("putBytes, array", Draw::size, (b, i, d) -> b.putBytes(i, d.array()));
        put("putBytes, of array", Draw::length, (b, i, d) -> b.putBytes(i, d.array(), d.from(), d.length()));
        returning("putBytes, ByteBuffer", Draw::length, (b, i, d) -> {
            final ByteBuffer source = d.buffer();
            b.putBytes(i, source, d.length());
            return source.position();
        });
        returning("putBytes, ByteBuffer at", Draw::length, (b, i, d) -> {
            final ByteBuffer source = d.buffer().position(0).limit(0);
            b.putBytes(i, source, d.from(), d.length());
            return source.position();
        });
        put("putBytes, buffer", Draw::length, (b, i, d) -> {
            b.putBytes(i, new UnsafeBuffer(d.array()), d.from(), d.length());
        });
        put("putBytes, buffer off the heap", Draw::length, (b, i, d) -> {
            final ByteBuffer source = ByteBuffer.allocateDirect(LENGTH).put(0, d.array());
            b.putBytes(i, new UnsafeBuffer(source), d.from(), d.length());
        });
        put("putBytes, expandable", Draw::length, (b, i, d) -> {
            final ExpandableArrayBuffer source = new ExpandableArrayBuffer();
            source.putBytes(0, d.array());
            b.putBytes(i, source, d.from(), d.length());
        });
        put("putBytes, itself", Draw::length, (b, i, d) -> b.putBytes(i, b, d.from(), d.length()));
    }

    private static void ascii() {
        returning("putStringAscii", d -> HEADER + length(d.textOrNull()), (b, i, d) -> {
            return b.putStringAscii(i, d.textOrNull());
        });
        returning("putStringAscii, characters", d -> HEADER + length(d.textOrNull()), (b, i, d) -> {
            return b.putStringAscii(i, characters(d.textOrNull()));
        });
        returning("putStringAscii, order", d -> HEADER + length(d.textOrNull()), (b, i, d) -> {
            return b.putStringAscii(i, d.textOrNull(), d.order());
        });
        returning("putStringAscii, characters, order", d -> HEADER + length(d.textOrNull()), (b, i, d) -> {
            return b.putStringAscii(i, characters(d.textOrNull()), d.order());
        });
        returning("putStringWithoutLengthAscii", d -> length(d.textOrNull()), (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, d.textOrNull());
        });
        returning("putStringWithoutLengthAscii, characters", d -> length(d.textOrNull()), (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, characters(d.textOrNull()));
        });
        final ToIntFunction<Draw> rest = d -> Math.min(d.text().length() - from(d), d.few());
        returning("putStringWithoutLengthAscii, part", rest, (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, d.text(), from(d), d.few());
        });
        returning("putStringWithoutLengthAscii, part of characters", rest, (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, characters(d.text()), from(d), d.few());
        });
        returning("putStringWithoutLengthAscii, part of null", d -> 0, (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, (String) null, 3, d.few());
        });
        returning("putStringWithoutLengthAscii, part of null characters", d -> 0, (b, i, d) -> {
            return b.putStringWithoutLengthAscii(i, (CharSequence) null, 3, d.few());
        });
    }

    private static int from(final Draw draw) {
        return draw.from() % (draw.text().length() + 1);
    }

    private static int length(final @Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private static @Nullable CharSequence characters(final @Nullable String text) {
        return text == null ? null : CharBuffer.wrap(text);
    }

    private static void utf8() {
        returning("putStringUtf8", d -> HEADER + encoded(d), (b, i, d) -> b.putStringUtf8(i, d.textOrNull()));
        returning("putStringUtf8, order", d -> HEADER + encoded(d), (b, i, d) -> {
            return b.putStringUtf8(i, d.textOrNull(), d.order());
        });
        returning("putStringUtf8, at most", d -> HEADER + encoded(d), (b, i, d) -> {
            return b.putStringUtf8(i, d.textOrNull(), encoded(d) + d.few());
        });
        returning("putStringUtf8, order, at most", d -> HEADER + encoded(d), (b, i, d) -> {
            return b.putStringUtf8(i, d.textOrNull(), d.order(), encoded(d) + d.few());
        });
        returning("putStringWithoutLengthUtf8", PutCalls::encoded, (b, i, d) -> {
            return b.putStringWithoutLengthUtf8(i, d.textOrNull());
        });
    }

    private static int encoded(final Draw draw) {
        return String.valueOf(draw.textOrNull()).getBytes(UTF_8).length;
    }

    private static void put(final String name, final ToIntFunction<Draw> size, final VoidBody body) {
        returning(name, size, (buffer, index, draw) -> {
            body.put(buffer, index, draw);
            return null;
        });
    }

    private static void returning(final String name, final ToIntFunction<Draw> size, final Body body) {
        PUTS.add(new Put(name, size, body));
    }

    // ------------------------------------------------------------------------------------------------------- misuse

    /** Calls that reach beyond the slot, or beyond what is to be copied into it. */
    static List<Call<MutableDirectBuffer>> beyondBounds() {
        final List<Call<MutableDirectBuffer>> calls = new ArrayList<>();
        for (final Put put : PUTS) {
            for (int seed = 0; seed < 16; seed++) {
                beyondEnds(calls, put, Draw.of(seed), seed);
            }
        }
        ranges(calls);
        sources(calls);
        untruthful(calls);
        return calls;
    }

    private static void beyondEnds(
            final List<Call<MutableDirectBuffer>> calls, final Put put, final Draw draw, final int seed) {
        final int size = put.size().applyAsInt(draw);
        final int overflowing = Integer.MAX_VALUE - size + 1;
        final int end = LENGTH - size;
        final int[] indexes = {
            -1,
            end + 1,
            LENGTH + 1,
            -size - 1,
            -LENGTH,
            Integer.MIN_VALUE,
            Integer.MAX_VALUE,
            overflowing,
            overflowing - 1
        };
        for (final int index : indexes) {
            final String name = put.name() + ", " + size + " bytes at " + index + ", Draw.of(" + seed + ")";
            calls.add(new Call<>(name, b -> put.body().put(b, index, draw)));
        }
    }

    private static void ranges(final List<Call<MutableDirectBuffer>> calls) {
        final String text = "x".repeat(128);
        range(calls, "setMemory", (b, i, n) -> b.setMemory(i, n, (byte) 1));
        range(calls, "putBytes, array", (b, i, n) -> b.putBytes(i, new byte[128], 0, n));
        range(calls, "putBytes, ByteBuffer", (b, i, n) -> b.putBytes(i, ByteBuffer.allocate(128), n));
        range(calls, "putBytes, ByteBuffer at", (b, i, n) -> b.putBytes(i, ByteBuffer.allocate(128), 0, n));
        range(calls, "putBytes, buffer", (b, i, n) -> b.putBytes(i, new UnsafeBuffer(new byte[128]), 0, n));
        range(calls, "putNaturalPaddedIntAscii", (b, i, n) -> b.putNaturalPaddedIntAscii(i, n, 7));
        range(calls, "part of a string", (b, i, n) -> b.putStringWithoutLengthAscii(i, text, 0, n));
        range(calls, "part of characters", (b, i, n) -> b.putStringWithoutLengthAscii(i, characters(text), 0, n));
        for (final int length : new int[] {LENGTH - HEADER + 1, LENGTH - HEADER + 4, LENGTH, LENGTH + 1}) {
            final String tooLong = "x".repeat(length);
            calls.add(new Call<>("ASCII of " + length, b -> b.putStringAscii(0, tooLong)));
            calls.add(new Call<>("UTF-8 of " + length, b -> b.putStringUtf8(0, tooLong)));
        }
    }

    private static void range(final List<Call<MutableDirectBuffer>> calls, final String name, final Range range) {
        final int max = Integer.MAX_VALUE;
        final int min = Integer.MIN_VALUE;
        final int[][] ranges = {
            {0, LENGTH + 1},
            {1, LENGTH},
            {0, -1},
            {0, min},
            {0, max},
            {1, max},
            {max, max},
            {max, 1},
            {min, min},
            {min, 0},
            {min, max},
            {LENGTH, 1},
            {LENGTH + 1, 0},
            {LENGTH + 1, -1},
            {-1, 0},
            {-1, 1},
            {-1, LENGTH + 1}
        };
        for (final int[] r : ranges) {
            calls.add(new Call<>(name + ", " + r[1] + " at " + r[0], b -> range.put(b, r[0], r[1])));
        }
    }

    private static void sources(final List<Call<MutableDirectBuffer>> calls) {
        calls.add(new Call<>("a longer array", b -> b.putBytes(0, new byte[LENGTH + 1])));
        for (final int at : new int[] {9, 17, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            final String where = " of 16 bytes, 8 bytes at " + at;
            calls.add(new Call<>("array" + where, b -> b.putBytes(0, new byte[16], at, 8)));
            calls.add(new Call<>("buffer" + where, b -> b.putBytes(0, new UnsafeBuffer(new byte[16]), at, 8)));
            calls.add(new Call<>("expandable" + where, b -> b.putBytes(0, new ExpandableArrayBuffer(16), at, 8)));
            calls.add(new Call<>("ByteBuffer" + where, b -> b.putBytes(0, ByteBuffer.allocateDirect(16), at, 8)));
            calls.add(new Call<>("itself, 32 bytes at " + at, b -> b.putBytes(0, b, at, 32)));
            final String text = "x".repeat(8);
            calls.add(new Call<>("string, at " + at, b -> b.putStringWithoutLengthAscii(0, text, at, 8)));
            calls.add(
                    new Call<>("characters, at " + at, b -> b.putStringWithoutLengthAscii(0, characters(text), at, 8)));
        }
        calls.add(new Call<>("ByteBuffer beyond its limit", b -> {
            b.putBytes(0, ByteBuffer.allocate(16).limit(8).position(4), 5);
        }));
    }

    /** Sequences of characters that are no strings, and claim a length that no slot has. */
    private static void untruthful(final List<Call<MutableDirectBuffer>> calls) {
        for (final int length : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 3, -1, Integer.MIN_VALUE}) {
            final Letters value = () -> length;
            final String name = ", characters that claim to be " + length;
            add(calls, "putStringAscii" + name, b -> b.putStringAscii(0, value));
            add(calls, "putStringAscii, order" + name, b -> b.putStringAscii(0, value, ByteOrder.BIG_ENDIAN));
            add(calls, "putStringWithoutLengthAscii" + name, b -> b.putStringWithoutLengthAscii(0, value));
            add(calls, "part" + name, b -> b.putStringWithoutLengthAscii(0, value, 1, Integer.MAX_VALUE));
        }
    }

    private static void add(
            final List<Call<MutableDirectBuffer>> calls, final String name, final Consumer<MutableDirectBuffer> body) {
        calls.add(new Call<>(name, body));
    }

    /** Arguments within bounds that Agrona writes something for, or throws after it has written. */
    static List<Call<MutableDirectBuffer>> badArguments() {
        final List<Call<MutableDirectBuffer>> calls = new ArrayList<>();
        for (final int negative : new int[] {-1, -10, Integer.MIN_VALUE}) {
            add(calls, "natural int " + negative, b -> b.putNaturalIntAscii(0, negative));
            add(calls, "natural int from end " + negative, b -> b.putNaturalIntAsciiFromEnd(negative, LENGTH));
            add(calls, "natural padded int " + negative, b -> b.putNaturalPaddedIntAscii(0, 12, negative));
            add(calls, "natural long " + negative, b -> b.putNaturalLongAscii(0, negative));
        }
        add(calls, "natural long, the least", b -> b.putNaturalLongAscii(0, Long.MIN_VALUE));
        add(calls, "3 digits in 2", b -> b.putNaturalPaddedIntAscii(0, 2, 100));
        add(calls, "1 digit in 0", b -> b.putNaturalPaddedIntAscii(0, 0, 1));
        add(calls, "2 bytes of UTF-8 in 1", b -> b.putStringUtf8(0, "\u00fc", 1));
        add(calls, "2 bytes of UTF-8 in 1, order", b -> b.putStringUtf8(0, "\u00fc", ByteOrder.BIG_ENDIAN, 1));
        add(calls, "null in 3 bytes of UTF-8", b -> b.putStringUtf8(0, null, 3));
        return calls;
    }

    /** Characters without end, that claim any length. */
    interface Letters extends CharSequence {
        @Override
        default char charAt(final int index) {
            return 'x';
        }

        @Override
        default CharSequence subSequence(final int start, final int end) {
            return this;
        }
    }
}
