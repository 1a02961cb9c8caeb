package org.ashlar.kv.typed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What the codecs write, what they read, and what they refuse. */
final class CodecsTest {
    private static final long SEED = 20_240_817;
    private static final int RANDOM_VALUES = 20_000;
    private static final int OFFSET = 3;

    /** An object of more than one field, encoded without an array in between. */
    private record Point(int x, long y) {}

    private static final Codec<Point> POINT = new Codec<>() {
        @Override
        public int encodedLength(final Point value) {
            return Integer.BYTES + Long.BYTES;
        }

        @Override
        public void encode(final Point value, final MutableDirectBuffer target, final int offset) {
            Codecs.INT.encode(value.x, target, offset);
            Codecs.LONG.encode(value.y, target, offset + Integer.BYTES);
        }

        @Override
        public Point decode(final DirectBuffer source, final int offset, final int length) {
            return new Point(
                    Codecs.INT.decode(source, offset, Integer.BYTES),
                    Codecs.LONG.decode(source, offset + Integer.BYTES, length - Integer.BYTES));
        }
    };

    /** Encodes in the middle of a buffer, and looks that nothing beside it was touched. */
    private static <T> byte[] encode(final Codec<T> codec, final T value) {
        final int length = codec.encodedLength(value);
        final byte[] bytes = new byte[OFFSET + length + OFFSET];
        Arrays.fill(bytes, (byte) 0x5A);
        codec.encode(value, new UnsafeBuffer(bytes), OFFSET);
        for (int i = 0; i < OFFSET; i++) {
            assertEquals(0x5A, bytes[i], "before");
            assertEquals(0x5A, bytes[OFFSET + length + i], "behind");
        }
        return Arrays.copyOfRange(bytes, OFFSET, OFFSET + length);
    }

    private static <T> T decode(final Codec<T> codec, final byte[] bytes) {
        final byte[] padded = new byte[OFFSET + bytes.length + OFFSET];
        System.arraycopy(bytes, 0, padded, OFFSET, bytes.length);
        final T value = codec.decode(new UnsafeBuffer(padded), OFFSET, bytes.length);
        Arrays.fill(padded, (byte) -1); // what was decoded must not depend on the source any more
        return value;
    }

    private static <T> void assertRoundTrip(final Codec<T> codec, final T value) {
        assertEquals(value, decode(codec, encode(codec, value)));
    }

    private static String randomText(final SplittableRandom random) {
        final int length = random.nextInt(random.nextInt(10) == 0 ? 1_000 : 20);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(randomCodePoint(random));
        }
        return text.toString();
    }

    private static int randomCodePoint(final SplittableRandom random) {
        while (true) {
            final int point = switch (random.nextInt(6)) {
                case 0, 1 -> random.nextInt(0x80);
                case 2 -> random.nextInt(0x800);
                case 3 -> random.nextInt(0x10000);
                case 4 -> 0xFFFD;
                default -> random.nextInt(Character.MAX_CODE_POINT + 1);
            };
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                return point;
            }
        }
    }

    @Test
    void everyStringOfWholeCharactersComesBack() {
        for (final String text :
                List.of("", "a", "\0", "ü", "€", "\uFFFD", "\uFFFF", "𝄞", "\uD800\uDC00", "\uDBFF\uDFFF", "a𝄞b")) {
            assertRoundTrip(Codecs.STRING, text);
            assertArrayEquals(text.getBytes(UTF_8), encode(Codecs.STRING, text));
        }
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < RANDOM_VALUES; i++) {
            assertRoundTrip(Codecs.STRING, randomText(random));
        }
    }

    @Test
    void aStringWithAnUnpairedSurrogateIsRefusedWithItsPlace() {
        for (final String text :
                List.of("ab\uD800", "ab\uDC00", "ab\uD800x", "ab\uD800\uD800\uDC00", "ab\uDC00\uD800")) {
            final IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> Codecs.STRING.encodedLength(text));
            assertTrue(
                    String.valueOf(refusal.getMessage()).startsWith("char 2 of " + text.length()), refusal::getMessage);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Codecs.STRING.encode(text, new UnsafeBuffer(new byte[20]), 0));
        }
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        for (final String hex : List.of(
                "ff", // never part of UTF-8
                "80", // a continuation of nothing
                "c3", // cut short
                "61e282", // cut short
                "c080", // overlong
                "eda080", // a surrogate
                "f4908080", // beyond the last character
                "efbfbd80")) { // a true replacement character, then a continuation of nothing
            final byte[] bytes = HexFormat.of().parseHex(hex);
            final DecodeException refusal =
                    assertThrows(DecodeException.class, () -> decode(Codecs.STRING, bytes), hex);
            assertTrue(String.valueOf(refusal.getMessage()).contains("0x" + hex), refusal::getMessage);
        }
    }

    @Test
    void randomBytesAreDecodedToWhatEncodesToThemOrRefused() {
        final SplittableRandom random = new SplittableRandom(SEED);
        int decoded = 0;
        for (int i = 0; i < RANDOM_VALUES; i++) {
            final byte[] bytes = new byte[random.nextInt(6)];
            random.nextBytes(bytes);
            try {
                assertArrayEquals(bytes, encode(Codecs.STRING, decode(Codecs.STRING, bytes)));
                decoded++;
            } catch (final DecodeException e) {
                assertThrows(
                        CharacterCodingException.class, () -> UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
            }
        }
        assertTrue(decoded > RANDOM_VALUES / 10 && decoded < RANDOM_VALUES, "decoded " + decoded);
    }

    @Test
    void everyNumberComesBack() {
        for (final long number : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, Long.MAX_VALUE}) {
            assertRoundTrip(Codecs.LONG, number);
            assertRoundTrip(Codecs.INT, (int) number);
            assertRoundTrip(Codecs.INT, (int) (number >>> Integer.SIZE));
        }
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < RANDOM_VALUES; i++) {
            assertRoundTrip(Codecs.LONG, random.nextLong() >> random.nextInt(Long.SIZE));
            assertRoundTrip(Codecs.INT, random.nextInt() >> random.nextInt(Integer.SIZE));
        }
    }

    @Test
    void theOrderOfTheBytesIsTheOrderOfTheNumbers() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < RANDOM_VALUES; i++) {
            final long a = random.nextLong() >> random.nextInt(Long.SIZE);
            final long b = random.nextInt(10) == 0 ? a : random.nextLong() >> random.nextInt(Long.SIZE);
            assertEquals(
                    Integer.signum(Long.compare(a, b)),
                    Integer.signum(Arrays.compareUnsigned(encode(Codecs.LONG, a), encode(Codecs.LONG, b))),
                    () -> a + " and " + b);
            assertEquals(
                    Integer.signum(Integer.compare((int) a, (int) b)),
                    Integer.signum(Arrays.compareUnsigned(encode(Codecs.INT, (int) a), encode(Codecs.INT, (int) b))),
                    () -> (int) a + " and " + (int) b);
        }
    }

    /** The bytes are a file format. */
    @Test
    void numbersHaveTheBytesThatTheyHadInEveryRelease() {
        final HexFormat hex = HexFormat.of();
        assertEquals("7fffffffffffffff", hex.formatHex(encode(Codecs.LONG, -1L)));
        assertEquals("8000000000000102", hex.formatHex(encode(Codecs.LONG, 258L)));
        assertEquals("7fffffff", hex.formatHex(encode(Codecs.INT, -1)));
        assertEquals("80000102", hex.formatHex(encode(Codecs.INT, 258)));
    }

    @Test
    void bytesOfAnotherLengthAreNoNumber() {
        for (int length = 0; length <= 2 * Long.BYTES; length++) {
            final byte[] bytes = new byte[length];
            if (length != Long.BYTES) {
                assertThrows(DecodeException.class, () -> decode(Codecs.LONG, bytes));
            }
            if (length != Integer.BYTES) {
                assertThrows(DecodeException.class, () -> decode(Codecs.INT, bytes));
            }
        }
        final DecodeException refusal =
                assertThrows(DecodeException.class, () -> decode(Codecs.LONG, new byte[] {1, 2}));
        assertEquals("2 bytes 0x0102 are not a long, which has 8 bytes", refusal.getMessage());
    }

    @Test
    void arraysAndBuffersComeBackAsCopies() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000; i++) {
            final byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            assertArrayEquals(bytes, encode(Codecs.BYTES, bytes));
            final byte[] back = decode(Codecs.BYTES, bytes);
            assertArrayEquals(bytes, back);
            assertNotSame(bytes, back);
            final DirectBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length + 1), 1, bytes.length);
            ((UnsafeBuffer) buffer).putBytes(0, bytes);
            assertRoundTrip(Codecs.BUFFER, buffer);
            assertArrayEquals(bytes, encode(Codecs.BUFFER, buffer));
        }
    }

    @Test
    void aCodecIsEasilyMadeOfTwoFunctions() {
        final Codec<UUID> uuids =
                Codec.of(uuid -> uuid.toString().getBytes(UTF_8), bytes -> UUID.fromString(new String(bytes, UTF_8)));
        assertRoundTrip(uuids, new UUID(1, 2));
        assertEquals(36, uuids.encodedLength(new UUID(1, 2)));
        assertThrows(IllegalArgumentException.class, () -> decode(uuids, new byte[] {1}));
    }

    @Test
    void aCodecIsMadeOfOtherCodecs() {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_000; i++) {
            assertRoundTrip(POINT, new Point(random.nextInt(), random.nextLong()));
        }
        assertThrows(DecodeException.class, () -> decode(POINT, new byte[11]));
    }
}
