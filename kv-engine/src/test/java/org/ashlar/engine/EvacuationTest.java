package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a review found in the giving back of space: chunks with two owners, holes that are read, compacting that makes a pool grow. */
final class EvacuationTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ("key" + number).getBytes(US_ASCII);
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        Arrays.fill(value, (byte) (number + 1));
        return value;
    }

    /** It went on for ever: what one round freed the next one took, and that counted as something gained. */
    @Test
    void compactingEnds() {
        final HostilePool pool = HostilePool.of(folder, true);
        final Path path = folder.resolve("pool");
        try {
            Files.write(path, pool.image);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < 2; i++) {
                store.compact();
                for (int j = i; j < 700; j += 7) {
                    store.map(HostilePool.SMALL).put(key(j), value(j, j * 3 % 100));
                    store.map(HostilePool.LARGE).put(key(j % 4), value(j, 2_000 + j * 100));
                }
            }
            TestStores.assertSound(store);
        }
    }

    /** A reader that stays in its scope until it is told to leave. */
    private static final class SlowReader implements AutoCloseable {
        private final CountDownLatch isIn = new CountDownLatch(1);
        private final CountDownLatch mayLeave = new CountDownLatch(1);
        private final Thread thread;

        SlowReader(final KvMap map, final byte[] key) throws InterruptedException {
            thread = new Thread(() -> map.readLong(
                    key,
                    view -> {
                        isIn.countDown();
                        try {
                            mayLeave.await();
                        } catch (final InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return view.capacity();
                    },
                    -1));
            thread.start();
            isIn.await();
        }

        @Override
        public void close() {
            mayLeave.countDown();
            try {
                thread.join();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aRunChunkThatIsOfferedLateDoesNotGetASecondOwner() throws Exception {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            map.put(key(1), new byte[20_000]);
            map.put(key(2), new byte[20_000]);
            map.put(key(3), new byte[10]);
            map.delete(key(2));
        }
        final ExecutorService other = Executors.newSingleThreadExecutor();
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            try (SlowReader reader = new SlowReader(map, key(3))) {
                assertTrue(reader.thread.isAlive());
                other.submit(
                                () -> { // sweeps the chunk, and cannot offer what it found in it yet
                                    for (int i = 0; store.stats().unsweptPages() > 0 && i < 60; i++) {
                                        map.put(key(1_000 + i), new byte[1 + 40 * i]);
                                    }
                                })
                        .get();
            }
            map.delete(key(1)); // nothing else lives in the chunk
            for (int i = 0; i < 600; i++) {
                map.put(key(4), new byte[8]);
            }
            for (int i = 0; i < 200; i++) { // whoever gets a chunk now must keep it
                map.put(key(10_000 + i), value(i, 1_000));
            }
            other.submit(
                            () -> { // the offer comes
                                for (int i = 0; i < 600; i++) {
                                    map.put(key(5), new byte[8]);
                                }
                            })
                    .get();
            for (int i = 0; i < 2_000; i++) {
                map.put(key(20_000 + i % 100), value(i, 20_000 + i % 7));
            }
            for (int i = 0; i < 200; i++) {
                assertArrayEquals(value(i, 1_000), map.get(key(10_000 + i)));
            }
            TestStores.assertSound(store);
        } finally {
            other.shutdown();
        }
    }

    @Test
    void theHoleOfADeadLargeRecordIsNotReadAndItsChunksAreFreeAfterAReopen() {
        final Path path = folder.resolve("pool");
        final long free;
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            map.put(key(3), new byte[10]);
            map.put(key(1), value(5, 20 * 65_536));
            map.delete(key(1));
            store.compact();
            free = store.stats().chunksByState().holes();
            assertTrue(free >= 20, () -> store.stats().toString());
        }
        try (EngineStore store = TestStores.tiny(path)) {
            store.upkeep().judgeAll();
            assertEquals(0, store.stats().quarantinedSlots());
            assertEquals(free, store.stats().chunksByState().holes());
            TestStores.assertSound(store);
        }
    }

    @Test
    void compactingBesideAReaderThatDoesNotLeaveDoesNotMakeThePoolGrow() throws Exception {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            map.put(key(1_000), new byte[1]);
            for (int i = 0; i < 30; i++) {
                map.put(key(i), new byte[5_000]);
            }
            for (int i = 0; i < 30; i++) {
                if (i % 8 != 0) {
                    map.delete(key(i));
                }
            }
            store.upkeep().judgeAll();
            final long before =
                    store.stats().chunksByState().total() - store.stats().freshChunks();
            try (SlowReader reader = new SlowReader(map, key(1_000))) {
                assertTrue(reader.thread.isAlive());
                store.compact();
                final long after =
                        store.stats().chunksByState().total() - store.stats().freshChunks();
                assertTrue(after <= before + 1, before + " chunks, then " + after);
            }
            TestStores.assertSound(store);
        }
    }

    @Test
    void whatIsWrittenWhileItsChunkIsLeftDoesNotKeepTheChunkOutOfUse() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 30; i++) {
                map.put(key(i), value(i, 5_000));
            }
            for (int i = 0; i < 30; i++) {
                if (i % 8 != 0) {
                    map.delete(key(i));
                }
            }
            for (int i = 0; i < 4; i++) {
                map.put(key(100 + i), 5_000, slot -> store.compact());
            }
            store.compact();
            final long used = store.stats().chunks()
                    - store.stats().freshChunks()
                    - store.stats().freeChunks();
            for (int i = 0; i < 12; i++) {
                map.put(
                        key(200 + i),
                        value(i, 20_000)); // there is room for these in chunks that are in use, or one more
            }
            final long then = store.stats().chunks()
                    - store.stats().freshChunks()
                    - store.stats().freeChunks();
            assertTrue(then <= used + 6, used + " chunks, then " + then);
            for (int i = 0; i < 30; i += 8) {
                assertArrayEquals(value(i, 5_000), map.get(key(i)));
            }
            TestStores.assertSound(store);
        }
    }

    @Test
    void valuesOfMoreThanHalfAChunkStayWhereTheyAreAsNoChunkCouldHoldTwo() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 1_000; i++) {
                map.put(key(i * 7 % 40), value(i, 33_000));
            }
            assertEquals(0, store.upkeep().evacuation().triedRuns());
            store.compact();
            assertEquals(0, store.upkeep().evacuation().triedRuns());
            assertArrayEquals(value(999, 33_000), map.get(key(999 * 7 % 40)));
            TestStores.assertSound(store);
        }
    }

    @Test
    void valuesThatLeaveRoomForNoOtherOfTheirSizeStayWhereTheyAre() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 2_000; i++) {
                map.put(key(i * 7 % 60), value(i, 20_000 + i % 300)); // five pages of sixteen: three fill a chunk
            }
            final long used = store.stats().chunks()
                    - store.stats().freshChunks()
                    - store.stats().freeChunks();
            assertTrue(used <= 26, used + " chunks");
            assertEquals(0, store.upkeep().evacuation().triedRuns());
            TestStores.assertSound(store);
        }
    }

    @Test
    void runsBesideManyThatAreGoneMoveTogether() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 90; i++) {
                map.put(key(i), value(i, 20_000));
            }
            for (int i = 0; i < 90; i++) {
                if (i % 3 != 0) {
                    map.delete(key(i));
                }
            }
            store.compact();
            final long used = store.stats().chunks()
                    - store.stats().freshChunks()
                    - store.stats().freeChunks();
            assertTrue(used <= 13, used + " chunks for 30 values of which three fit one");
            for (int i = 0; i < 90; i += 3) {
                assertArrayEquals(value(i, 20_000), map.get(key(i)));
            }
            TestStores.assertSound(store);
        }
    }

    @Test
    void valuesOfMoreThanHalfAChunkLeaveWhereTheirsCanBeGivenBack() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 20; i++) { // a chunk each, and beside it there is room for one of five pages
                map.put(key(i), value(i, 33_000));
                map.put(key(100 + i), value(i, 20_000));
            }
            for (int i = 0; i < 20; i++) {
                map.delete(key(i % 2 == 0 ? i : 100 + i));
            }
            store.compact(); // those of five pages go beside those of nine
            final long used = store.stats().chunks()
                    - store.stats().freshChunks()
                    - store.stats().freeChunks();
            assertTrue(used <= 13, used + " chunks");
            TestStores.assertSound(store);
        }
    }
}
