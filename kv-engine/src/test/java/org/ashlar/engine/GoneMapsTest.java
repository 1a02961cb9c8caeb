package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreFullException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps that are cleared and dropped: at once, for every handle, and their space comes back. */
final class GoneMapsTest {
    private static final int WAIT_SECONDS = 120;
    private static final byte[] ONES = ones(5_000);

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static byte[] ones(final int length) {
        final byte[] ones = new byte[length];
        Arrays.fill(ones, (byte) 1);
        return ones;
    }

    private static void fill(final KvMap map, final int records, final int bytes) {
        for (int i = 0; i < records; i++) {
            map.put(key(i), new byte[bytes]);
        }
    }

    @Test
    void aClearedMapIsEmptyInEveryHandleAndGoesOn() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final KvMap other = store.map("m");
            fill(map, 2_000, 50);
            final Iterator<byte[]> keys = map.keys().iterator();
            assertTrue(keys.hasNext());
            map.clear();
            for (final KvMap handle : new KvMap[] {map, other, store.map("m")}) {
                assertEquals(0, handle.size());
                assertNull(handle.get(key(1)));
                assertTrue(handle.forEach((key, value) -> false));
            }
            other.put(key(7), new byte[7]);
            assertArrayEquals(new byte[7], map.get(key(7)));
            assertEquals(1, map.size());
            while (keys.hasNext()) {
                assertTrue(keys.next().length > 0, "what it had read, then the rest of the new one");
            }
            assertEquals(Set.of("m"), store.mapNames());
            TestStores.assertSound(store);
        }
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            assertEquals(1, store.map("m").size());
            TestStores.assertSound(store);
        }
    }

    @Test
    void aHandleToADroppedMapThrowsAlsoWhenThereIsANewOneOfItsName() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap old = store.map("m");
            fill(old, 500, 50);
            assertTrue(store.dropMap("m"));
            assertFalse(store.dropMap("m"));
            assertEquals(Set.of(), store.mapNames());
            assertThrows(MapDroppedException.class, () -> old.get(key(1)));
            final KvMap fresh = store.map("m");
            assertEquals(0, fresh.size());
            fresh.put(key(1), new byte[1]);
            assertThrows(MapDroppedException.class, () -> old.put(key(1), new byte[2]));
            assertThrows(MapDroppedException.class, () -> old.delete(key(1)));
            assertThrows(MapDroppedException.class, old::size);
            assertThrows(MapDroppedException.class, old::clear);
            assertThrows(MapDroppedException.class, () -> old.keys().iterator().hasNext());
            assertEquals("m", old.name());
            assertArrayEquals(new byte[1], fresh.get(key(1)));
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatGoneMapsHeldIsUsedAgainOverAndOver(final boolean killed) {
        final Path path = folder.resolve("pool");
        long chunks = 0;
        for (int round = 0; round < 12; round++) {
            final EngineStore store = TestStores.tiny(path);
            for (int i = 0; i < 6; i++) { // 16 MiB at most; each round stores 20 of them
                final KvMap map = store.map("m" + i % 2);
                fill(map, 3_000, 900);
                fill(map, 10, 60_000);
                if ((i + round) % 3 == 0) {
                    store.dropMap("m" + i % 2);
                } else {
                    map.clear();
                }
            }
            TestStores.assertSound(store);
            chunks = store.stats().chunks();
            if (killed) {
                store.abandon();
            } else {
                store.close();
            }
        }
        assertTrue(chunks <= 256, "chunks " + chunks);
        try (EngineStore store = TestStores.tiny(path)) {
            TestStores.assertSound(store);
        }
    }

    @Test
    void aReaderThatNeverEndsKeepsAGoneMapReadableForItselfAndOthersGoOn() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            fill(map, 1_000, 100);
            map.read(key(5), outer -> {
                map.clear();
                for (int i = 0; i < 3_000; i++) {
                    map.put(key(i % 100), new byte[200]);
                }
                assertEquals(100, outer.capacity(), "still what it was");
                for (int i = 0; i < outer.capacity(); i++) {
                    assertEquals(0, outer.getByte(i));
                }
                return outer.capacity();
            });
            assertEquals(100, map.size());
            TestStores.assertSound(store);
        }
    }

    @Test
    void anIterationAcrossAClearEnds() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            fill(map, 5_000, 8);
            final Iterator<byte[]> keys = map.keys().iterator();
            keys.next(); // of a leaf that is deeper than those of the cleared map will be
            map.clear();
            fill(map, 1_000, 8);
            int count = 0;
            while (keys.hasNext() && count < 10_000) {
                keys.next();
                count++;
            }
            assertTrue(count <= 1_000 + 441, "keys " + count);
        }
    }

    @Test
    void aMapThatAFullStoreHasNoRoomForLeavesNothingBehind() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            assertThrows(StoreFullException.class, () -> fill(map, 1_000_000, 900));
            int refused = 0;
            for (int i = 0; i < 20; i++) {
                try {
                    store.map("n" + "x".repeat(10 * i) + i);
                } catch (final StoreFullException e) {
                    refused++;
                }
            }
            assertTrue(refused > 0, "the store is full");
            TestStores.assertSound(store);
            map.clear();
            fill(store.map("after"), 100, 100);
            TestStores.assertSound(store);
        }
    }

    @Test
    void clearAndDropWhileOthersWriteAndReadLoseNothingThatIsStoredAfterwards() throws Exception {
        try (Store store = TestStores.roomy(folder.resolve("pool"))) {
            store.map("m");
            final AtomicInteger writersLeft = new AtomicInteger(3);
            Threads.together(4, thread -> {
                if (thread == 3) {
                    while (writersLeft.get() > 0) {
                        store.map("m").clear();
                        store.dropMap("m");
                    }
                    return;
                }
                try {
                    for (int i = 0; i < 20_000; i++) {
                        try {
                            final KvMap map = store.map("m");
                            map.put(key(i % 500 * 3 + thread), new byte[i % 300]);
                            final byte[] found = map.get(key(i % 500 * 3 + thread));
                            assertTrue(found == null || found.length == i % 300, "only this thread stores this key");
                        } catch (final MapDroppedException e) {
                            // between the look-up of the map and its use
                        }
                    }
                } finally {
                    writersLeft.decrementAndGet();
                }
            });
            final KvMap map = store.map("m");
            map.clear();
            fill(map, 300, 10);
            assertEquals(300, map.size());
            TestStores.assertSound(store);
        }
    }

    /**
     * While a map is cleared or dropped, readers ask for a key of theirs until it is gone, and then for all the rest. What is there must be there
     * until then, and nothing afterwards.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoSawOneKeyGoWithTheMapFindsAllOthersGone(final boolean dropped) {
        final int readers = 3;
        final int records = 700; // of a few leaves
        final int rounds = TestStores.LONG ? 2_000 : 60;
        final AtomicReference<@Nullable String> wrong = new AtomicReference<>();
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final CyclicBarrier barrier = new CyclicBarrier(readers + 1);
            Threads.together(readers + 1, thread -> {
                for (int round = 0; round < rounds; round++) {
                    final KvMap map = store.map("m");
                    if (thread == readers) {
                        fill(map, records, 8);
                    }
                    barrier.await(WAIT_SECONDS, TimeUnit.SECONDS);
                    if (thread < readers) {
                        final String found = dropped
                                ? readUntilDropped(store, map, (thread + 1) * records / readers - 1)
                                : readUntilCleared(map, (thread + 1) * records / readers - 1, records);
                        wrong.compareAndSet(null, found);
                    } else if (dropped) {
                        assertTrue(store.dropMap("m"));
                    } else {
                        map.clear();
                    }
                    barrier.await(WAIT_SECONDS, TimeUnit.SECONDS);
                }
            });
            assertNull(wrong.get());
            TestStores.assertSound(store);
        }
    }

    /** What is wrong, or null. */
    private static @Nullable String readUntilCleared(final KvMap map, final int first, final int records) {
        long size = records;
        while (map.get(key(first)) != null) {
            size = map.size();
            if (size != 0 && size != records) {
                return "a size of " + size;
            }
            if (size == 0 && map.get(key(first)) != null) {
                return "a size of 0, and key " + first + " is there";
            }
        }
        for (int i = 1; i <= records; i++) {
            if (map.get(key((first + i) % records)) != null) {
                return "key " + first + " is gone, and key " + (first + i) % records + " is there";
            }
        }
        return map.size() == 0
                        && map.forEach((key, value) -> false)
                        && !map.keys().iterator().hasNext()
                ? null
                : "all keys are gone, but not for each way to look";
    }

    /** What is wrong, or null. */
    private static @Nullable String readUntilDropped(final Store store, final KvMap map, final int key) {
        try {
            while (true) {
                final boolean isListed = store.mapNames().contains("m");
                if (map.get(key(key)) == null) {
                    return "empty before it is dropped";
                }
                if (!isListed) {
                    return "not listed any more, and key " + key + " is there";
                }
            }
        } catch (final MapDroppedException e) {
            assertThrows(MapDroppedException.class, map::size);
            assertThrows(MapDroppedException.class, () -> map.get(key(0)));
            assertThrows(MapDroppedException.class, () -> map.forEach((k, value) -> true));
            return store.mapNames().contains("m") ? "dropped, and listed" : null;
        }
    }

    @Test
    void aDroppedMapIsGivenBackWhenTheReaderThatIsInItHasEnded() throws Exception {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) { // 16 MiB
            final KvMap map = store.map("m");
            final KvMap other = store.map("other");
            fill(map, 2_000, 5_000);
            final CountDownLatch inside = new CountDownLatch(1);
            final CountDownLatch end = new CountDownLatch(1);
            Threads.together(List.of(
                    thread -> assertEquals(
                            5_000,
                            map.readLong(
                                    key(7),
                                    view -> {
                                        inside.countDown();
                                        await(end);
                                        for (int i = 0; i < view.capacity(); i++) {
                                            assertEquals(0, view.getByte(i), "still what it was");
                                        }
                                        return view.capacity();
                                    },
                                    -1)),
                    thread -> {
                        try {
                            await(inside);
                            dropUnderAReader(store, map, other);
                        } finally {
                            end.countDown();
                        }
                    }));
            for (int i = 0; i < 2_000; i++) {
                other.put(key(i), ONES); // there is room now
            }
            assertEquals(0, store.stats().background().droppedMaps());
            assertEquals(2_000, other.size());
            TestStores.assertSound(store);
        }
    }

    private static void dropUnderAReader(final Store store, final KvMap map, final KvMap other) {
        assertTrue(store.dropMap("m"));
        assertThrows(MapDroppedException.class, () -> map.get(key(7)));
        assertThrows(StoreFullException.class, () -> {
            for (int i = 0; i < 2_000; i++) {
                other.put(key(i), ONES);
            }
        });
        assertEquals(
                1, store.stats().background().droppedMaps(), () -> store.stats().toString());
        assertTrue(
                store.stats().bytes().live() > 2_000 * 5_000,
                () -> store.stats().toString());
        assertTrue(store.stats().oldestReaderMillis() > 0, () -> store.stats().toString());
    }

    private static void await(final CountDownLatch latch) {
        try {
            assertTrue(latch.await(WAIT_SECONDS, TimeUnit.SECONDS));
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStoreThatIsOnlyReadRefusesBoth() {
        final Path path = folder.resolve("pool");
        try (Store store = TestStores.tiny(path)) {
            fill(store.map("m"), 10, 10);
        }
        try (Store store = Store.open(path, TestStores.options().withReadOnly(true))) {
            assertThrows(StoreException.class, () -> store.dropMap("m"));
            assertThrows(StoreException.class, () -> store.map("m").clear());
            assertEquals(10, store.map("m").size());
        }
    }
}
