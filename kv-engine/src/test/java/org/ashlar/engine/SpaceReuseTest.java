package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreStats;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Space that was deleted or overwritten is used again, after a kill too; a full store loses nothing. */
final class SpaceReuseTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(8).putInt(4, number).array();
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    private static long chunksInUse(final Store store) {
        final StoreStats stats = store.stats();
        return stats.chunks() - stats.freshChunks() - stats.freeChunks();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fillingAndEmptyingOverAndOverTakesNoMoreChunks(final boolean killed) {
        final Path path = folder.resolve("pool");
        final int[] sizes = {40, 3_000, 100, 9_000, 500, 150_000, 20, 30_000};
        final int bytesPerRound = 2 << 20;
        long most = 0;
        final int rounds = TestStores.LONG ? 200 : 24;
        for (int round = 0; round < rounds; round++) {
            final EngineStore store = TestStores.tiny(path);
            final KvMap map = store.map("m");
            final int size = sizes[round % sizes.length];
            final int count = Math.min(8_000, bytesPerRound / (size + 28));
            for (int i = 0; i < count; i++) {
                map.put(key(i), value(i, size));
            }
            assertEquals(count, map.size());
            most = Math.max(most, store.stats().chunks() - store.stats().freshChunks());
            assertTrue(most <= 64 + round / 6, "round " + round + ": " + most + " of 256 chunks for 2 MiB");
            for (int i = 0; i < count; i++) {
                assertTrue(map.delete(key(i)));
            }
            if (round % 5 == 4) {
                TestStores.assertSound(store);
            }
            if (killed) {
                store.abandon();
            } else {
                store.close();
            }
        }
        try (EngineStore store = TestStores.tiny(path)) {
            assertEquals(0, store.map("m").size());
            TestStores.assertSound(store);
            assertTrue(chunksInUse(store) <= most, () -> store.stats().toString());
        }
    }

    /** So few that no epoch is due for them, and none of their spans becomes free. */
    @Test
    void whatAThreadHasJustDeletedIsUsedBeforeAnotherChunkIs() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            int next = 0;
            for (; next < 10_000; next++) {
                map.put(key(next), value(next, 100));
            }
            final long before = chunksInUse(store);
            for (int round = 0; round < 8; round++) {
                int deleted = 0;
                for (int i = round * 1_000; i < (round + 1) * 1_000; i++) {
                    if (i % 5 < 2) {
                        assertTrue(map.delete(key(i)));
                        deleted++;
                    }
                }
                for (; deleted > 0; deleted--) {
                    map.put(key(next), value(next, 100));
                    next++;
                }
            }
            assertTrue(chunksInUse(store) <= before, "from " + before + " to " + chunksInUse(store));
            TestStores.assertSound(store);
        }
    }

    @Test
    void overwritingTheSameKeysForLongTakesNoMoreChunks() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final SplittableRandom random = new SplittableRandom(9);
            long afterWarmUp = 0;
            final int rounds = TestStores.LONG ? 400 : 40;
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < 2_000; i++) {
                    map.put(key(random.nextInt(500)), value(i, random.nextInt(4) == 0 ? random.nextInt(4_000) : 64));
                }
                if (round == rounds / 4) {
                    afterWarmUp = chunksInUse(store);
                }
            }
            assertTrue(
                    chunksInUse(store) <= afterWarmUp * 3 / 2 + 8, "from " + afterWarmUp + " to " + chunksInUse(store));
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 200, 5_000, 40_000, 200_000})
    void aFullStoreRefusesLosesNothingAndHasRoomAgainAfterDeletes(final int size) {
        final Path path = folder.resolve("pool");
        final Tuning small = new Tuning(new org.ashlar.pmem.Geometry(64 << 10, 256 << 10, 40), 42);
        int stored = 0;
        try (EngineStore store = EngineStore.open(path, TestStores.options(), small)) {
            final KvMap map = store.map("m");
            try {
                for (; ; stored++) {
                    map.put(key(stored), value(stored, size));
                }
            } catch (final StoreFullException e) {
                assertTrue(e.needed() >= size || e.needed() == 4 << 10, e.getMessage()); // or it was the index
            }
            final double fraction = (double) stored * (size + 28) / (40 * (64 << 10));
            assertTrue(fraction > 0.4, "the store was full at " + fraction + " of its bytes");
            assertNull(map.get(key(stored)), "what was refused is not there");
            assertThrows(StoreFullException.class, () -> map.put(key(1), value(1, 5 << 20)));
            assertHolds(map, stored, size);
            // Half deleted: nearly as much fits again, in this open and in the next.
            for (int i = 0; i < stored; i += 2) {
                assertTrue(map.delete(key(i)));
            }
            for (int i = 0; i < stored * 19 / 20; i += 2) {
                map.put(key(i), value(i, size));
            }
            assertHolds(map, stored * 19 / 20, size);
            TestStores.assertSound(store);
            store.abandon();
        }
        try (EngineStore store = EngineStore.open(path, TestStores.options(), small)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < stored * 19 / 20; i++) {
                assertTrue(map.delete(key(i)));
            }
            for (int i = 0; i < stored * 9 / 10; i++) {
                map.put(key(i), value(i, size));
            }
            assertHolds(map, stored * 9 / 10, size);
            TestStores.assertSound(store);
        }
    }

    /** Only smaller pieces are free: a page in each chunk of runs, slots, pages of the index. */
    @Test
    void aRefusedPutTellsWhatItNeedsAndWhatThereIs() {
        final int chunkBytes = 64 << 10;
        final int pageBytes = 4 << 10;
        final Tuning small = new Tuning(new org.ashlar.pmem.Geometry(chunkBytes, 256 << 10, 40), 42);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), TestStores.options(), small)) {
            final KvMap map = store.map("m");
            final int run = 15 * pageBytes - 100;
            int stored = 0;
            StoreFullException full = null;
            while (full == null) {
                full = refused(map, stored, run);
                stored += full == null ? 1 : 0;
            }
            assertEquals(15 * pageBytes, full.needed(), "whole pages");
            assertAvailable(store, full);
            assertTrue(full.available() >= (long) stored * pageBytes, full.getMessage());

            final int large = 9 * chunkBytes - 10;
            final StoreFullException larger = Objects.requireNonNull(refused(map, 0, large));
            assertEquals(10 * chunkBytes, larger.needed(), "whole chunks");
            assertAvailable(store, larger);
            assertTrue(0 < larger.available() && larger.available() < larger.needed(), larger.getMessage());
            for (int i = 20; i < 30; i += 3) { // chunks that are not side by side
                assertTrue(map.delete(key(i)));
            }
            store.compact();
            assertTrue(
                    store.stats().chunksByState().holes() >= 3,
                    () -> store.stats().toString());
            assertAvailable(store, Objects.requireNonNull(refused(map, 0, large)));
            for (int i = 1; i <= 12; i++) {
                assertTrue(map.delete(key(i)));
            }
            assertNull(refused(map, 0, large), "there is room after deletes");
            assertArrayEquals(value(0, large), map.get(key(0)));

            StoreFullException slot = null;
            final int size = 1_500;
            for (int i = 1_000; slot == null; i++) {
                slot = refused(map, i, size);
            }
            final long place = store.space().placeBytes(TestStores.recordOf(((EngineMap) map).core(), key(1_000)));
            assertEquals(place, slot.needed(), "a slot");
            assertTrue(slot.needed() >= size && slot.needed() < size * 5 / 4, slot.getMessage());
            assertAvailable(store, slot);
            TestStores.assertSound(store);
        }
    }

    private static @Nullable StoreFullException refused(final KvMap map, final int number, final int size) {
        try {
            map.put(key(number), value(number, size));
            return null;
        } catch (final StoreFullException e) {
            return e;
        }
    }

    /** The pool has its maximum size. */
    private static void assertAvailable(final Store store, final StoreFullException full) {
        final StoreStats stats = store.stats();
        final StoreStats.Chunks chunks = stats.chunksByState();
        final long all = stats.bytes().free() + (40 - stats.chunks()) * (64 << 10);
        assertEquals(40, chunks.total(), stats::toString);
        assertEquals(all, full.available(), stats::toString);
        assertTrue(String.valueOf(full.getMessage()).contains("available " + all), full.getMessage());
    }

    private static void assertHolds(final KvMap map, final int count, final int size) {
        for (int i = 0; i < count; i++) {
            assertArrayEquals(value(i, size), map.get(key(i)), "key " + i);
        }
    }

    @Test
    void aFewDeletesOutOfEachPageMakeRoomInAFullStore() {
        final Tuning small = new Tuning(new org.ashlar.pmem.Geometry(64 << 10, 256 << 10, 24), 42);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), TestStores.options(), small)) {
            final KvMap map = store.map("m");
            int stored = 0;
            try {
                for (; ; stored++) {
                    map.put(key(stored), value(stored, 100));
                }
            } catch (final StoreFullException e) {
                assertTrue(stored > 5_000);
            }
            for (int i = 0; i < stored; i += 8) {
                assertTrue(map.delete(key(i)));
            }
            for (int i = 0; i < stored * 9 / 10; i += 8) {
                map.put(key(i), value(i, 100));
            }
            assertHolds(map, stored * 9 / 10, 100);
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 900, 7_000})
    void aWriteAfterAReopenLooksAtFewOfTheOldPages(final int size) {
        final Path path = folder.resolve("pool");
        final int count = (10 << 20) / (size + 40);
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < count; i++) {
                map.put(key(i), value(i, size));
            }
            store.abandon();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            final long before = store.stats().unsweptPages();
            assertTrue(before > 2_000, "pages to look at: " + before);
            map.put(key(count), value(count, size));
            final long looked = before - store.stats().unsweptPages();
            assertTrue(looked <= 700, "one put looked at " + looked + " pages");
            assertHolds(map, count + 1, size);
            TestStores.assertSound(store);
        }
    }

    @Test
    void aFullStoreGoesOnServingReadsDeletesAndWritesThatFit() {
        final Path path = folder.resolve("pool");
        final Tuning small = new Tuning(new org.ashlar.pmem.Geometry(64 << 10, 256 << 10, 24), 42);
        final SplittableRandom random = new SplittableRandom(4);
        final Map<Integer, Integer> oracle = new HashMap<>();
        int refused = 0;
        for (int open = 0; open < 3; open++) {
            try (EngineStore store = EngineStore.open(path, TestStores.options(), small)) {
                for (int i = 0; i < (TestStores.LONG ? 4_000 : 1_500); i++) {
                    final KvMap map = store.map("m" + random.nextInt(3));
                    final int number = random.nextInt(900) * 3 + map.name().charAt(1) - '0';
                    if (random.nextInt(8) == 0) {
                        assertEquals(oracle.remove(number) != null, map.delete(key(number)));
                        continue;
                    }
                    final int size = random.nextInt(6) == 0 ? random.nextInt(100_000) : random.nextInt(900);
                    try {
                        map.put(key(number), value(number, size));
                        oracle.put(number, size);
                    } catch (final StoreFullException e) {
                        refused++;
                    }
                }
                final List<Integer> wrong = new ArrayList<>();
                oracle.forEach((number, size) -> {
                    if (!Arrays.equals(
                            value(number, size), store.map("m" + number % 3).get(key(number)))) {
                        wrong.add(number);
                    }
                });
                assertEquals(List.of(), wrong);
                TestStores.assertSound(store);
                if (open == 1) {
                    store.abandon();
                }
            }
        }
        assertTrue(refused > 100, "refused " + refused + " times");
    }

    @Test
    void aDeadLargeRecordThatFailsItsCheckIsFreedByVerify() throws IOException {
        final Path path = folder.resolve("pool");
        final byte[] marked = value(77, 300_000);
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            map.put(key(1), marked);
            map.delete(key(1));
            store.abandon();
        }
        flipAByteOf(path, marked);
        try (EngineStore store = TestStores.tiny(path)) {
            TestStores.assertSound(store);
            TestStores.assertSound(store);
            final long before = chunksInUse(store);
            store.map("m").put(key(2), marked);
            assertEquals(before + 5, chunksInUse(store));
            TestStores.assertSound(store);
        }
    }

    /** In a value that is dead, every page of it looks like the head of a run that reaches into the live run behind it. */
    @Test
    void deadBytesThatLookLikeAHeadNeverUncoverALiveRun() {
        final Path path = folder.resolve("pool");
        final int page = 4096;
        final ByteBuffer fake = ByteBuffer.allocate(8 * page - 28).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int at = page - 28; at + 20 <= fake.capacity(); at += page) {
            fake.putShort(at + 4, (short) 1); // the first incarnation of a chunk
            fake.putInt(at + 8, 17);
            fake.putInt(at + 12, 4 * page);
        }
        final byte[] behind = value(2, 8 * page - 28);
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            map.put(key(1), fake.array());
            map.put(key(2), behind);
            map.delete(key(1));
            TestStores.assertSound(store); // takes back the space
            map.put(key(3), value(3, page));
            store.abandon();
        }
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            map.put(key(3), value(3, page)); // looks at the chunk of what it replaces
            for (int i = 10; i < 30; i++) {
                map.put(key(i), value(i, 3 * page - 40));
            }
            assertArrayEquals(behind, map.get(key(2)));
            TestStores.assertSound(store);
        }
    }

    /** Changes the byte before the last of the only occurrence of some bytes in a file. */
    private static void flipAByteOf(final Path path, final byte[] marked) throws IOException {
        final byte[] file = java.nio.file.Files.readAllBytes(path);
        int at = 0;
        while (!Arrays.equals(file, at, at + 64, marked, 0, 64)) {
            at++;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~file[at + 70]}), at + 70);
        }
    }
}
