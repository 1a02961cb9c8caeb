package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.space.Pages;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code stats()} says is so. */
final class StatsTest {
    private static final int KEY_BYTES = 8;
    private static final int CHUNK_BYTES = 64 << 10;
    /** Records that name maps, and the array of the index's root, which is copied when it grows. */
    private static final long CATALOG_BYTES = 8 << 10;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(KEY_BYTES).putInt(4, number).array();
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    private static void fill(final KvMap map, final int count, final int size) {
        for (int i = 0; i < count; i++) {
            map.put(key(i), value(i, size));
        }
    }

    /** What must hold at any time, whoever writes meanwhile. */
    private static void assertAddsUp(final StoreStats stats) {
        final StoreStats.Bytes b = stats.bytes();
        assertEquals(stats.chunks() * CHUNK_BYTES, b.total(), stats::toString);
        assertTrue(stats.poolBytes() >= b.total(), stats::toString);
        assertTrue(b.total() <= stats.maximumBytes(), stats::toString);
        assertEquals(stats.freshChunks() * CHUNK_BYTES, b.freshChunks(), stats::toString);
        assertEquals(stats.freeChunks() * CHUNK_BYTES, b.freeChunks(), stats::toString);
        final StoreStats.Chunks c = stats.chunksByState();
        assertTrue(b.liveSlots() + b.freeSlots() + b.reserved() <= c.slots() * CHUNK_BYTES, stats::toString);
        assertTrue(b.liveRuns() + b.freeRuns() <= (c.runs() + c.large()) * CHUNK_BYTES, stats::toString);
        assertTrue(b.liveIndex() + b.freeIndex() <= c.index() * CHUNK_BYTES, stats::toString);
        for (final long figure : new long[] {
            b.liveSlots(),
            b.liveRuns(),
            b.liveIndex(),
            b.freeSlots(),
            b.freeRuns(),
            b.freeIndex(),
            b.reserved(),
            b.overhead(),
            b.quarantined(),
            b.unjudged(),
            c.fresh(),
            c.free()
        }) {
            assertTrue(figure >= 0, stats::toString);
        }
    }

    private static void assertNear(final long expected, final long actual, final long off, final StoreStats stats) {
        assertTrue(Math.abs(expected - actual) <= off, () -> actual + " is not near " + expected + " in\n" + stats);
    }

    /** Slots are less than a tenth too large, those of the smallest records less than a quarter. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 100, 480, 950})
    void recordsInSlotsCountWithTheirSlots(final int size) {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final long before = store.stats().bytes().liveSlots();
            final int count = 3_000;
            fill(map, count, size);
            final StoreStats stats = store.stats();
            final long need = (long) count * RecordHeader.size(KEY_BYTES, size);
            final long counted = stats.bytes().liveSlots() - before;
            assertTrue(counted >= need, counted + " for " + need);
            final double most = size <= 64 ? 1.22 : 1.1;
            assertTrue(counted <= need * most + CATALOG_BYTES, counted + " for " + need);
            assertEquals(0, stats.bytes().liveRuns());
            assertEquals(0, stats.bytes().unjudged());
            assertAddsUp(stats);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 20_000, 100_000})
    void recordsInRunsCountWithTheirPagesOrChunks(final int size) {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final int count = 20;
            fill(store.map("m"), count, size);
            final StoreStats stats = store.stats();
            final long record = RecordHeader.size(KEY_BYTES, size);
            final long place = record <= CHUNK_BYTES
                    ? Pages.count(record) * Pages.BYTES
                    : (record + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
            assertEquals(count * place, stats.bytes().liveRuns(), stats::toString);
            assertAddsUp(stats);
        }
    }

    /** A page of 4 KiB holds up to 441 entries, and is split when it is nearly full. */
    @Test
    void theIndexTakesAFewBytesForEachRecord() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final int count = 40_000;
            fill(store.map("m"), count, 10);
            store.upkeep().makeRoom(); // pages that were split are gone
            final StoreStats stats = store.stats();
            assertTrue(stats.bytes().liveIndex() >= 9L * count, stats::toString);
            assertTrue(stats.bytes().liveIndex() <= 20L * count, stats::toString);
            assertEquals(0, stats.bytes().liveIndex() % Pages.BYTES);
            assertAddsUp(stats);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 700, 9_000, 100_000})
    void whatIsDeletedIsFreeOnceNoReaderHoldsIt(final int size) {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final int count = (4 << 20) / (size + 40);
            final StoreStats before = store.stats();
            fill(map, count, size);
            final StoreStats full = store.stats();
            for (int i = 0; i < count; i++) {
                assertTrue(map.delete(key(i)));
            }
            store.upkeep().makeRoom();
            final StoreStats after = store.stats();
            final long records = full.bytes().liveSlots() + full.bytes().liveRuns();
            assertTrue(records >= (long) count * size, full::toString);
            final long left = after.bytes().liveSlots() + after.bytes().liveRuns();
            assertTrue(left <= before.bytes().liveSlots() + CATALOG_BYTES, after::toString);
            assertTrue(after.bytes().free() >= full.bytes().free() + records * 9 / 10, after::toString);
            assertEquals(0, after.retired());
            assertAddsUp(full);
            assertAddsUp(after);
        }
    }

    /** The judge has to tell first; until then nobody knows, and the figures say that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOpenSaysHowMuchItHasNotJudgedYet(final boolean killed) {
        final Path path = folder.resolve("pool");
        final StoreStats atTheEnd;
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            fill(map, 9_000, 200);
            map.put(key(-1), value(1, 20_000));
            map.put(key(-2), value(1, 300_000));
            store.upkeep().makeRoom();
            atTheEnd = store.stats();
            if (killed) {
                store.abandon();
            }
        }
        try (EngineStore store = TestStores.tiny(path)) {
            final StoreStats opened = store.stats();
            assertAddsUp(opened);
            assertTrue(opened.bytes().unjudged() >= atTheEnd.bytes().live() * 9 / 10, opened::toString);
            assertEquals(0, opened.bytes().liveRuns());
            assertTrue(opened.unsweptPages() > 0);
            final long touched = opened.initialisedDescriptors();
            assertEquals(touched, store.stats().initialisedDescriptors(), "figures initialise nothing");

            store.map("m").put(key(7), value(7, 200));
            final StoreStats written = store.stats();
            assertTrue(written.bytes().unjudged() < opened.bytes().unjudged(), written::toString);
            assertAddsUp(written);

            TestStores.assertSound(store);
            final StoreStats judged = store.stats();
            assertAddsUp(judged);
            assertEquals(0, judged.bytes().unjudged(), judged::toString);
            assertEquals(0, judged.unsweptPages());
            assertNear(atTheEnd.bytes().liveSlots(), judged.bytes().liveSlots(), CATALOG_BYTES, judged);
            assertEquals(atTheEnd.bytes().liveRuns(), judged.bytes().liveRuns());
            assertNear(atTheEnd.bytes().liveIndex(), judged.bytes().liveIndex(), 4 * Pages.BYTES, judged);
        }
    }

    @Test
    void aReadOnlyOpenJudgesNothing() {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            fill(store.map("m"), 2_000, 100);
        }
        try (EngineStore store = EngineStore.open(path, TestStores.options().withReadOnly(true), Tuning.tiny())) {
            assertTrue(store.map("m").contains(key(3)));
            final StoreStats stats = store.stats();
            assertAddsUp(stats);
            assertEquals(0, stats.bytes().live());
            assertTrue(stats.bytes().unjudged() > 200_000, stats::toString);
            assertEquals(Placement.DRAM, stats.descriptorPlacement());
        }
    }

    @Test
    void whereOnePageInManyIsLookedAtTheFiguresAreNear() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            fill(map, 60_000, 100);
            for (int i = 0; i < 60_000; i += 3) {
                map.delete(key(i));
            }
            store.upkeep().makeRoom();
            final StoreStats.Bytes all = store.space().figures(1 << 16).bytes();
            final StoreStats.Bytes some = store.space().figures(256).bytes();
            assertEquals(1, all.sampledPages());
            assertTrue(some.sampledPages() > 4, () -> "one page in " + some.sampledPages());
            assertEquals(all.total(), some.total());
            // five standard errors of 256 pages, at most 1 / (2 * 16) of the slots' bytes each
            final long slots = all.liveSlots() + all.freeSlots();
            assertTrue(Math.abs(all.liveSlots() - some.liveSlots()) <= slots * 5 / 32, () -> all + " and " + some);
            assertTrue(Math.abs(all.freeSlots() - some.freeSlots()) <= slots * 5 / 32, () -> all + " and " + some);
        }
    }

    @Test
    void figuresAddUpWhileThreadsWrite() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final AtomicInteger writing = new AtomicInteger(3);
            final int rounds = TestStores.LONG ? 60_000 : 6_000;
            final Threads.Part writer = thread -> {
                final SplittableRandom random = new SplittableRandom(thread);
                try {
                    for (int i = 0; i < rounds; i++) {
                        final int number = random.nextInt(800);
                        if (random.nextInt(3) == 0) {
                            map.delete(key(number));
                        } else {
                            map.put(key(number), value(number, random.nextInt(20) == 0 ? 9_000 : random.nextInt(900)));
                        }
                    }
                } finally {
                    writing.decrementAndGet();
                }
            };
            Threads.together(List.of(writer, writer, writer, thread -> {
                int taken = 0;
                while (writing.get() > 0 || taken == 0) {
                    assertAddsUp(store.stats());
                    taken++;
                }
            }));
            TestStores.assertSound(store);
            final StoreStats stats = store.stats();
            final long most = 800L * (RecordHeader.size(KEY_BYTES, 9_000) + Pages.BYTES) + CATALOG_BYTES;
            assertTrue(stats.bytes().liveSlots() + stats.bytes().liveRuns() <= most, stats::toString);
            assertAddsUp(stats);
        }
    }

    @Test
    void aDroppedMapWaitsUntilItIsGivenBack() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            fill(store.map("kept"), 1_000, 100);
            final StoreStats before = store.stats();
            fill(store.map("dropped"), 9_000, 100);
            assertEquals(before.usedMaps() + 1, store.stats().usedMaps());
            store.dropMap("dropped");
            final StoreStats dropped = store.stats();
            assertEquals(1, dropped.background().droppedMaps());
            assertTrue(dropped.bytes().liveSlots() >= 10_000 * 100, dropped::toString);
            store.upkeep().makeRoom();
            final StoreStats after = store.stats();
            assertEquals(0, after.background().droppedMaps());
            assertEquals(before.usedMaps(), after.usedMaps());
            assertTrue(after.bytes().liveSlots() <= before.bytes().liveSlots() + CATALOG_BYTES, after::toString);
            assertAddsUp(after);
        }
    }

    @Test
    void whatFailsItsCheckIsQuarantinedUntilVerifyHasTold() throws IOException {
        final Path path = folder.resolve("pool");
        final byte[] small = value(77, 500);
        final byte[] run = value(78, 9_000);
        final byte[] large = value(79, 150_000);
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("m");
            for (final byte[] dead : new byte[][] {small, run, large}) {
                map.put(key(dead.length), dead);
                map.delete(key(dead.length));
            }
            store.abandon();
        }
        for (final byte[] dead : new byte[][] {small, run, large}) {
            flipAByteOf(path, dead);
        }
        try (EngineStore store = TestStores.tiny(path)) {
            store.upkeep().makeRoom(); // sweeps
            final StoreStats stats = store.stats();
            assertEquals(3, stats.quarantinedSlots());
            final long chunks = (RecordHeader.size(KEY_BYTES, 150_000) + CHUNK_BYTES - 1) / CHUNK_BYTES;
            final long slot = stats.bytes().quarantined() - chunks * CHUNK_BYTES - Pages.BYTES;
            assertTrue(slot >= RecordHeader.size(KEY_BYTES, 500) && slot <= 600, stats::toString);
            assertAddsUp(stats);
            TestStores.assertSound(store);
            assertEquals(0, store.stats().bytes().quarantined());
            assertAddsUp(store.stats());
        }
    }

    private static void flipAByteOf(final Path path, final byte[] marked) throws IOException {
        final byte[] file = Files.readAllBytes(path);
        int at = 0;
        while (!Arrays.equals(file, at, at + 64, marked, 0, 64)) {
            at++;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~file[at + 70]}), at + 70);
        }
    }

    @Test
    void growthAndDurabilityAreTold() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final StoreStats before = store.stats();
            assertFalse(before.background().growing());
            assertEquals(Durability.WRITE_BACK_FORCED, before.durability().obtained());
            assertEquals(store.durability(), before.durability());
            fill(store.map("m"), 200, 9_000);
            final StoreStats after = store.stats();
            assertTrue(after.background().growths() > before.background().growths() + 1);
            assertTrue(after.chunks() > before.chunks());
            assertAddsUp(after);
        }
    }

    @Test
    void theTextNamesWhatAnOperatorAsksFor() {
        final EngineStore store = TestStores.tiny(folder.resolve("pool"));
        fill(store.map("m"), 1_000, 100);
        final String text = store.stats().toString();
        for (final String word : new String[] {
            "live", "free", "not judged yet", "quarantined", "fresh", "oldest", "dropped", "splits", "WRITE_BACK_FORCED"
        }) {
            assertTrue(text.contains(word), text);
        }
        assertTrue(text.lines().count() <= 12 && text.lines().allMatch(line -> line.length() <= 140), text);
        store.close();
        assertThrows(StoreClosedException.class, store::stats);
    }
}
