package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.agrona.collections.Int2IntHashMap;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.Geometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that is filled, half emptied at random and refilled with other sizes, over and over: it holds its shape. */
final class ChurnTest {
    private static final int CHUNK_BYTES = 256 << 10;
    private static final Tuning TUNING = new Tuning(new Geometry(CHUNK_BYTES, 4 << 20, 2048), 42);
    private static final int[] SIZES = {100, 1_000, 300, 5_000, 48, 600, 12_000, 150, 2_000, 60_000, 220};
    private static final int RECORD_OVERHEAD = 24 + 8;

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

    private EngineStore open() {
        return EngineStore.open(folder.resolve("pool"), options(), TUNING);
    }

    private static StoreOptions options() {
        return TestStores.options().withMaximumBytes(512 << 20);
    }

    private static long bytesInUse(final EngineStore store) {
        return (store.stats().chunks()
                        - store.stats().freshChunks()
                        - store.stats().freeChunks())
                * CHUNK_BYTES;
    }

    /** What a store holds, to compare with. */
    private static final class Content {
        final Int2IntHashMap lengths = new Int2IntHashMap(-1);
        final SplittableRandom random = new SplittableRandom(7);
        int next;
        long bytes;

        void fill(final KvMap map, final int size, final long upToBytes) {
            while (bytes < upToBytes) {
                map.put(key(next), value(next, size));
                lengths.put(next++, size);
                bytes += size + RECORD_OVERHEAD;
            }
        }

        void deleteHalf(final KvMap map) {
            final List<Integer> keys = new ArrayList<>(lengths.keySet());
            for (final int key : keys) {
                if (random.nextBoolean()) {
                    assertTrue(map.delete(key(key)));
                    bytes -= lengths.remove(key) + RECORD_OVERHEAD;
                }
            }
        }

        int sizesInUse() {
            final BitSet sizes = new BitSet();
            lengths.values().forEach(sizes::set);
            return sizes.cardinality();
        }

        void check(final KvMap map) {
            assertEquals(lengths.size(), map.size());
            lengths.forEachInt((key, length) -> assertArrayEquals(value(key, length), map.get(key(key))));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePoolStaysWithinOneAndAHalfTimesTheLiveDataAndAChunkForEachClass(final boolean withRestarts) {
        final long liveBytes = 24 << 20;
        final int rounds = TestStores.LONG ? 100 : 16;
        final Content content = new Content();
        EngineStore store = open();
        for (int round = 0; round < rounds; round++) {
            KvMap map = store.map("m");
            if (round > 0) {
                content.deleteHalf(map);
            }
            content.fill(map, SIZES[round % SIZES.length], liveBytes);
            final long inUse = bytesInUse(store);
            final long most = content.bytes * 3 / 2 + (content.sizesInUse() + 1L) * CHUNK_BYTES;
            final int at = round;
            assertTrue(inUse <= most, () -> "round " + at + ": " + content.bytes + " bytes live, " + inUse + " in use");
            if (withRestarts && round % 3 == 2) {
                if (round % 2 == 0) {
                    store.abandon();
                } else {
                    store.close();
                }
                store = open();
                map = store.map("m");
            }
            if (round % 5 == 4) {
                content.check(map);
                TestStores.assertSound(store);
            }
        }
        content.check(store.map("m"));
        TestStores.assertSound(store);
        store.close();
    }

    @Test
    void aFullPoolHasRoomForOtherSizesAfterDeletes() {
        final Tuning small = new Tuning(new Geometry(64 << 10, 256 << 10, 160), 42); // 10 MiB
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), TestStores.options(), small)) {
            final KvMap map = store.map("m");
            final Content content = new Content();
            assertThrows(StoreFullException.class, () -> content.fill(map, 100, Long.MAX_VALUE));
            final long full = content.bytes;
            content.deleteHalf(map);
            content.fill(map, 3_000, full * 3 / 4);
            content.check(map);
            content.deleteHalf(map);
            content.fill(map, 30_000, full * 3 / 5);
            content.check(map);
            TestStores.assertSound(store);
        }
    }

    @Test
    void whatIsCompactedGoesBackToTheFileSystemAndIsUsedAgain() throws Exception {
        final Content content = new Content();
        final EngineStore store = open();
        final KvMap map = store.map("m");
        content.fill(map, 700, 24 << 20);
        content.fill(map, 40_000, 32 << 20);
        final long before = blockBytes();
        assertToldAsOnTheDevice(store);
        assertEquals(0, store.stats().background().evacuations());
        for (int i = 0; i < 3; i++) {
            content.deleteHalf(map);
        }
        final long given = store.compact();
        final long after = blockBytes();
        assertTrue(given > 20 << 20, "given back: " + given);
        assertTrue(before - after > 20 << 20, "from " + before + " to " + after);
        assertEquals(0, store.compact(), "there is no more");
        assertToldAsOnTheDevice(store);
        assertEquals(given, store.stats().chunksByState().holes() * CHUNK_BYTES);
        assertEquals(given, store.stats().background().givenBackBytes());
        final long records = given / CHUNK_BYTES / 2; // they were spread over all chunks: no chunk was empty by itself
        assertTrue(store.stats().background().evacuations() > records, () -> given + " in\n" + store.stats());
        content.check(map);
        TestStores.assertSound(store);
        store.abandon();
        try (EngineStore again = open()) {
            content.check(again.map("m"));
            TestStores.assertSound(again);
            assertTrue(blockBytes() - after < 4 << 20, "a hole is not touched: " + after + " to " + blockBytes());
            final long chunks = again.stats().chunksByState().total();
            for (int i = 0; i < 3; i++) { // the same chunks are holes and have blocks by turns
                final long holes = blockBytes();
                assertToldAsOnTheDevice(again);
                content.fill(again.map("m"), SIZES[i], 24 << 20);
                assertToldAsOnTheDevice(again);
                assertTrue(blockBytes() - holes > 8 << 20, "from " + holes + " to " + blockBytes());
                content.check(again.map("m"));
                content.deleteHalf(again.map("m"));
                final long givenBefore = again.stats().background().givenBackBytes();
                final long givenNow = again.compact();
                assertTrue(givenNow > 4 << 20);
                assertEquals(givenBefore + givenNow, again.stats().background().givenBackBytes());
            }
            assertEquals(
                    chunks,
                    again.stats().chunksByState().total(),
                    "the pool did not grow for what its holes have room for");
            content.check(again.map("m"));
            TestStores.assertSound(again);
        }
    }

    /** The file holds a table and headers, and a few pages that are shared, beside what is counted. */
    private void assertToldAsOnTheDevice(final EngineStore store) throws IOException, InterruptedException {
        final StoreStats stats = store.stats();
        final long beside = blockBytes() - stats.poolBytes();
        assertTrue(beside >= 0 && beside < 1 << 20, () -> beside + " more on the device than in\n" + stats);
        assertEquals(stats.chunks() * CHUNK_BYTES, stats.bytes().total());
    }

    /** Bytes of the blocks that the device has given to the pool. */
    private long blockBytes() throws IOException, InterruptedException {
        final Process du = new ProcessBuilder("du", "-k", folder.resolve("pool").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, du.waitFor());
        return Long.parseLong(output.substring(0, output.indexOf('\t'))) << 10;
    }

    @Test
    void inTheBackgroundFreeChunksAreGivenBackAndRecordsStayWhatTheyAreForReaders() throws Exception {
        final StoreOptions background = options().withBackgroundWork(true);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), background, TUNING)) {
            final KvMap map = store.map("m");
            final KvMap stable = store.map("stable");
            for (int i = 0; i < 3_000; i++) {
                stable.put(key(i), value(i, 40 + i % 900));
            }
            final AtomicBoolean ends = new AtomicBoolean();
            final AtomicReference<Throwable> failure = new AtomicReference<>();
            final Thread reader = new Thread(() -> {
                final SplittableRandom random = new SplittableRandom(1);
                while (!ends.get() && failure.get() == null) {
                    final int i = random.nextInt(3_000);
                    try {
                        assertArrayEquals(value(i, 40 + i % 900), stable.get(key(i)));
                    } catch (final AssertionError | RuntimeException e) {
                        failure.set(e);
                    }
                }
            });
            reader.start();
            final Content content = new Content();
            for (int round = 0; round < 12; round++) {
                content.fill(map, SIZES[round % SIZES.length], 12 << 20);
                content.deleteHalf(map);
                for (int i = round; i < 3_000; i += 7) {
                    stable.put(key(i), value(i, 40 + i % 900));
                }
            }
            content.fill(map, 60_000, 48 << 20);
            final long full = blockBytes();
            for (int i = 0; i < 5; i++) {
                content.deleteHalf(map);
            }
            waitWhile(() -> store.space().isTrimDue());
            final long left = blockBytes();
            ends.set(true);
            reader.join();
            assertNull(failure.get());
            assertTrue(full - left > 8 << 20, "blocks from " + full + " to " + left);
            content.check(map);
            TestStores.assertSound(store);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatAGoneMapHeldIsGivenBackWithoutAnyFurtherCall(final boolean dropped) throws Exception {
        final StoreOptions background = options().withBackgroundWork(true);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), background, TUNING)) {
            final KvMap stays = store.map("stays");
            stays.put(key(1), value(1, 5_000));
            new Content().fill(store.map("m"), 5_000, 24 << 20);
            final long full = blockBytes();
            final StoreStats before = store.stats();
            if (dropped) {
                assertTrue(store.dropMap("m"));
            } else {
                store.map("m").clear();
            }
            waitWhile(() -> store.stats().background().droppedMaps() > 0
                    || store.stats().bytes().live() > 1 << 20
                    || store.space().isTrimDue());
            final StoreStats after = store.stats();
            final long left = blockBytes();
            assertTrue(full - left > 16 << 20, "blocks from " + full + " to " + left);
            assertTrue(before.bytes().free() < after.bytes().free(), () -> before + "\n" + after);
            assertArrayEquals(value(1, 5_000), stays.get(key(1)));
            TestStores.assertSound(store);
        }
    }

    /** Fails when it takes too long; where it goes on then, the store's end ends it. */
    private static void waitWhile(final BooleanSupplier condition) {
        Threads.together(1, thread -> {
            while (condition.getAsBoolean()) {
                Thread.onSpinWait();
            }
        });
    }
}
