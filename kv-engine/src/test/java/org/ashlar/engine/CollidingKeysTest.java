package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.engine.record.Keys;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys made to collide cost overflow pages, not the directory, and none is lost. The tiny pools' hash seed is known. */
final class CollidingKeysTest {
    private static final Keys HASH = new Keys(42);

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** Keys whose hashes share bits at the top (the page) and at the bottom (the lines), found by search. */
    static List<byte[]> colliding(final int topBits, final int lowBits, final int count) {
        final long mask = (topBits == 0 ? 0 : -1L << (64 - topBits)) | (1L << lowBits) - 1;
        final List<byte[]> found = new ArrayList<>();
        final byte[] key = new byte[8];
        final ByteBuffer buffer = ByteBuffer.wrap(key);
        for (long i = 0; found.size() < count; i++) {
            buffer.putLong(0, i);
            if ((HASH.hash(key, Memory.ARRAY_BASE, key.length) & mask) == (0x5A5A_5A5A_5A5A_5A5AL & mask)) {
                found.add(key.clone());
            }
        }
        return found;
    }

    private static byte[] value(final int number) {
        return ByteBuffer.allocate(12)
                .putInt(number)
                .putInt(number * 31)
                .putInt(~number)
                .array();
    }

    private static void assertHolds(final KvMap map, final List<byte[]> keys, final int from, final int step) {
        for (int i = 0; i < keys.size(); i++) {
            if (i >= from && (i - from) % step == 0) {
                assertArrayEquals(value(i), map.get(keys.get(i)), "key " + i);
            } else {
                assertNull(map.get(keys.get(i)), "key " + i);
                assertFalse(map.contains(keys.get(i)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0,17,200", "8,6,1000", "14,0,1000", "6,10,250", "11,3,1500"})
    void keysThatShareLinesOrPagesAreAllThereInEveryOpen(final int topBits, final int lowBits, final int count) {
        final List<byte[]> keys = colliding(topBits, lowBits, count);
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < keys.size(); i++) {
                assertTrue(map.putIfAbsent(keys.get(i), value(i)));
                assertFalse(map.putIfAbsent(keys.get(i), value(-1)));
            }
            assertHolds(map, keys, 0, 1);
            TestStores.assertSound(store);
            store.abandon();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            assertEquals(count, map.size(), "counted anew, overflow pages too");
            assertHolds(map, keys, 0, 1);
            for (int i = 0; i < keys.size(); i += 2) {
                assertTrue(map.delete(keys.get(i)));
            }
            assertHolds(map, keys, 1, 2);
            TestStores.assertSound(store);
        }
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            assertEquals(count / 2, map.size());
            for (int i = 0; i < keys.size(); i++) {
                assertEquals(i % 2 == 0, map.putIfAbsent(keys.get(i), value(i)));
            }
            assertHolds(map, keys, 0, 1);
            for (final byte[] key : keys) {
                assertTrue(map.delete(key));
            }
            assertEquals(0, map.size());
            TestStores.assertSound(store);
        }
    }

    @Test
    void collidingKeysDoNotBlowUpTheDirectory() {
        final List<byte[]> keys = colliding(14, 0, TestStores.LONG ? 6_000 : 1_500);
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < keys.size(); i++) {
                map.put(keys.get(i), value(i));
            }
            final StoreStats stats = store.stats();
            final long used = stats.chunks() - stats.freshChunks() - stats.freeChunks();
            assertTrue(used < 40, () -> "chunks of 64 KiB for " + keys.size() + " small records: " + stats);
            assertHolds(map, keys, 0, 1);
            TestStores.assertSound(store);
        }
    }

    @Test
    void otherKeysThatSplitAPageWithAnOverflowChainLoseNothing() {
        final List<byte[]> lines = colliding(0, 17, 120);
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < lines.size(); i++) {
                map.put(lines.get(i), value(i));
            }
            final long before = store.stats().splits();
            for (int i = 0; i < 20_000; i++) {
                map.put(("other-" + i).getBytes(java.nio.charset.StandardCharsets.US_ASCII), value(i));
            }
            assertTrue(store.stats().splits() > before + 20);
            assertHolds(map, lines, 0, 1);
            assertEquals(20_000 + lines.size(), map.size());
            TestStores.assertSound(store);
            store.abandon();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            assertHolds(store.map("m"), lines, 0, 1);
            assertEquals(20_000 + lines.size(), store.map("m").size());
            TestStores.assertSound(store);
        }
    }
}
