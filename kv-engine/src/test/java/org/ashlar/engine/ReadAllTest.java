package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ValueView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many keys in one call beside writers, deletes and splits. A value names its key and its version; each key has one writer, who says which
 * version it begins to store, and which it has stored: what a call gets lies between what was stored before it and what was begun by then.
 */
final class ReadAllTest {
    private static final int KEYS = 400;
    private static final int WRITERS = 2;
    private static final int READERS = 2;
    private static final int MOST_KEYS = 150; // in a call; more than one batch
    private static final int DELETED_EVERY = 7; // versions
    private static final int OTHER_RECORDS = TestStores.LONG ? 400_000 : 25_000;
    private static final int SMALL_BYTES = 200;
    private static final int LARGE_BYTES = 6_000;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final AtomicLongArray begun = new AtomicLongArray(KEYS);
    private final AtomicLongArray stored = new AtomicLongArray(KEYS);
    private final AtomicBoolean ends = new AtomicBoolean();

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static byte[] value(final int key, final long version) {
        final int filler = (int) ((key * 31L + version * 17) % (version % 50 == 1 ? LARGE_BYTES : SMALL_BYTES));
        final ByteBuffer value =
                ByteBuffer.allocate(2 * Long.BYTES + filler).putLong(key).putLong(version);
        while (value.hasRemaining()) {
            value.put((byte) (key + version));
        }
        return value.array();
    }

    @Test
    void eachValueIsWholeAndOneThatItsKeyHadDuringTheCall() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final List<Threads.Part> parts = new ArrayList<>();
            parts.add(thread -> {
                try {
                    for (int i = 0; i < OTHER_RECORDS; i++) { // the leaves that the keys are in are split
                        map.put(key(KEYS + i), value(i, 2));
                    }
                } finally {
                    ends.set(true);
                }
            });
            for (int i = 0; i < WRITERS; i++) {
                final int writer = i;
                parts.add(thread -> write(map, writer));
            }
            for (int i = 0; i < READERS; i++) {
                final int reader = i;
                parts.add(thread -> assertTrue(new Reader(map, reader).readUntilTheEnd() > 0, "calls"));
            }
            Threads.together(parts);
            assertTrue(store.stats().splits() > 20, () -> store.stats().toString());
            TestStores.assertSound(store);
        }
    }

    private void write(final KvMap map, final int writer) {
        final SplittableRandom random = new SplittableRandom(writer);
        while (!ends.get()) {
            final int key = random.nextInt(KEYS / WRITERS) * WRITERS + writer;
            final long version = stored.get(key) + 1;
            begun.set(key, version);
            if (version % DELETED_EVERY == 0) {
                assertTrue(map.delete(key(key)));
            } else {
                map.put(key(key), value(key, version));
            }
            stored.set(key, version);
        }
    }

    /** Reads any keys in any order, some of them more than once, by both forms. */
    private final class Reader {
        private final KvMap map;
        private final SplittableRandom random;

        /** The least version of each key that this reader may still see. */
        private final long[] least = new long[KEYS];

        Reader(final KvMap map, final int number) {
            this.map = map;
            random = new SplittableRandom(1_000 + number);
        }

        long readUntilTheEnd() {
            long calls = 0;
            while (!ends.get()) {
                final int[] numbers =
                        random.ints(1 + random.nextInt(MOST_KEYS), 0, KEYS).toArray();
                for (final int number : numbers) {
                    least[number] = Math.max(least[number], stored.get(number));
                }
                final int[] next = {0, 0};
                final int found = calls++ % 2 == 0 ? readArrays(numbers, next) : readBuffer(numbers, next);
                assertEquals(numbers.length, next[0]);
                assertEquals(next[1], found);
            }
            return calls;
        }

        private int readArrays(final int[] numbers, final int[] next) {
            final byte[][] keys = new byte[numbers.length][];
            for (int i = 0; i < numbers.length; i++) {
                keys[i] = key(numbers[i]);
            }
            return map.readAll(keys, (i, value) -> check(i, numbers, next, value));
        }

        private int readBuffer(final int[] numbers, final int[] next) {
            final UnsafeBuffer keys = new UnsafeBuffer(new byte[numbers.length * Long.BYTES]);
            for (int i = 0; i < numbers.length; i++) {
                keys.putLong(i * Long.BYTES, numbers[i], ByteOrder.BIG_ENDIAN);
            }
            return map.readAll(keys, 0, Long.BYTES, numbers.length, (i, value) -> check(i, numbers, next, value));
        }

        private void check(final int i, final int[] numbers, final int[] next, final @Nullable ValueView value) {
            assertEquals(next[0]++, i);
            final int key = numbers[i];
            final long from = least[key];
            final long version;
            if (value == null) {
                version = (from + DELETED_EVERY - 1) / DELETED_EVERY * DELETED_EVERY; // or a later one
            } else {
                next[1]++;
                version = value.getLong(Long.BYTES, ByteOrder.BIG_ENDIAN);
                assertEquals(ByteBuffer.wrap(value(key, version)), ByteBuffer.wrap(value.toByteArray()), "key " + key);
            }
            final long most = begun.get(key);
            assertTrue(
                    version >= from && version <= most,
                    () -> "key " + key + " had versions " + from + " to " + most + ", not " + version);
            least[key] = version;
        }
    }
}
