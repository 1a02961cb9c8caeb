package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;

/**
 * What the pools under {@code golden/} hold. {@link #main} makes those of the current format version; those of earlier versions are kept
 * as they are.
 */
final class GoldenPool {
    private static final int KEYS = 1_000;
    private static final int DELETED_ONE_IN = 7;
    private static final List<Integer> LARGE = List.of(5_000, 60_000, 100_000);

    private GoldenPool() {}

    /** Arguments: a directory for the two files. */
    public static void main(final String[] arguments) throws IOException {
        final Path folder = Path.of(arguments[0]);
        for (final String end : List.of("closed", "killed")) {
            final Path pool = folder.resolve("pool");
            final EngineStore store = TestStores.tiny(pool);
            fill(store);
            if (end.equals("closed")) {
                store.close();
            } else {
                store.abandon();
            }
            final Path target = folder.resolve("format-" + Superblock.VERSION + "-" + end + ".pool.gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(target))) {
                Files.copy(pool, out);
            }
            Files.delete(pool);
        }
    }

    private static void fill(final Store store) {
        store.map("empty");
        final KvMap numbers = store.map("numbers");
        for (int i = 0; i < KEYS; i++) {
            numbers.put(key(i), new byte[3]);
        }
        for (int i = 0; i < KEYS; i++) {
            if (i % DELETED_ONE_IN == 0) {
                numbers.delete(key(i));
            } else {
                numbers.put(key(i), value(i, i % 200));
            }
        }
        for (final int length : LARGE) {
            store.map("large").put(key(length), value(length, length));
        }
    }

    /** Checks that a store holds all that, and nothing else. */
    static void assertHolds(final Store store) {
        assertEquals(Set.of("empty", "large", "numbers"), Set.copyOf(store.mapNames()));
        assertEquals(0, store.map("empty").size());
        for (int i = 0; i < KEYS; i++) {
            final byte[] found = store.map("numbers").get(key(i));
            if (i % DELETED_ONE_IN == 0) {
                assertNull(found, "key " + i + " was deleted");
            } else {
                assertArrayEquals(value(i, i % 200), found, "key " + i);
            }
        }
        assertEquals(
                KEYS - (KEYS + DELETED_ONE_IN - 1) / DELETED_ONE_IN,
                store.map("numbers").size());
        for (final int length : LARGE) {
            assertArrayEquals(value(length, length), store.map("large").get(key(length)));
        }
        assertEquals(LARGE.size(), store.map("large").size());
    }

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(4 + number % 20).putInt(number).array();
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        Arrays.fill(value, (byte) number);
        return value;
    }
}
