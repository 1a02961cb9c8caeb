package org.ashlar.engine.parts;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.Codecs;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Objects to bytes and back; the bytes stay in the cache. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before all else
public class CodecBench {
    private static final int OBJECTS = 256;
    private static final int MOST_BYTES = 256;

    /** Some strings, and their bytes. */
    @State(Scope.Thread)
    public static class Strings {
        /** What they are made of. */
        @Param({"ascii", "latin", "mixed"})
        public String kind;

        /** Characters of each. */
        @Param("32")
        public int length;

        private final UnsafeBuffer target = new UnsafeBuffer(new byte[MOST_BYTES]);
        private final String[] texts = new String[OBJECTS];
        private final UnsafeBuffer[] encoded = new UnsafeBuffer[OBJECTS];
        private int next;

        /** Makes them. */
        @Setup
        public void setUp() {
            final SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < OBJECTS; i++) {
                texts[i] = random.ints(length, 0, 100)
                        .map(this::codePoint)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
                encoded[i] = new UnsafeBuffer(new byte[Codecs.STRING.encodedLength(texts[i])]);
                Codecs.STRING.encode(texts[i], encoded[i], 0);
            }
        }

        /** Characters of one, two, three and four bytes, as the kind has them. */
        private int codePoint(final int number) {
            final int letter = 'a' + number % 26;
            return switch (kind) {
                case "ascii" -> letter;
                case "latin" -> number < 20 ? 0xE0 + number % 16 : letter;
                case "mixed" -> number < 10 ? 0x1F600 + number : number < 30 ? 0x4E00 + number : letter;
                default -> throw new IllegalArgumentException(kind);
            };
        }

        private int step() {
            next = (next + 1) % OBJECTS;
            return next;
        }
    }

    /** Some longs, and their bytes. */
    @State(Scope.Thread)
    public static class Longs {
        private final UnsafeBuffer target = new UnsafeBuffer(new byte[Long.BYTES]);
        private long next;
    }

    private static <T> int encode(final Codec<T> codec, final T object, final UnsafeBuffer target) {
        final int length = codec.encodedLength(object);
        codec.encode(object, target, 0);
        return length;
    }

    /** Strings to UTF-8. */
    @Benchmark
    public int encodeString(final Strings state) {
        return encode(Codecs.STRING, state.texts[state.step()], state.target);
    }

    /** UTF-8 to strings. */
    @Benchmark
    public String decodeString(final Strings state) {
        final UnsafeBuffer source = state.encoded[state.step()];
        return Codecs.STRING.decode(source, 0, source.capacity());
    }

    /** Longs to bytes. */
    @Benchmark
    public int encodeLong(final Longs state) {
        return encode(Codecs.LONG, state.next++, state.target);
    }

    /** Bytes to longs. */
    @Benchmark
    public Long decodeLong(final Longs state) {
        state.target.putLong(0, state.next++);
        return Codecs.LONG.decode(state.target, 0, Long.BYTES);
    }
}
