package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.IndexDamage;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.space.Pages;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolPlaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the index and the allocator disagree, {@code verify()} says so; and where it has not compared them, it says that. */
final class DeepCheckTest {
    private static final int RECORDS = 1_500;
    private static final int SLOT = 40;
    private static final int RUN = 20_000;
    private static final int CHUNKS = 100_000;
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int SPAN_BYTES = CHUNK_BYTES / 4;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private EngineStore store;
    private KvMap map;

    @BeforeEach
    void load() {
        store = TestStores.tiny(folder.resolve("pool"));
        map = store.map("m");
        for (int i = 0; i < RECORDS; i++) {
            map.put(key(i), value(i, SLOT));
        }
        for (int i = 0; i < 3; i++) {
            map.put(key(RUN + i), value(i, RUN));
            map.put(key(CHUNKS + i), value(i, CHUNKS));
        }
        TestStores.assertSound(store);
    }

    @AfterEach
    void leave() {
        store.abandon();
        store.close();
    }

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    private MapCore core() {
        return ((EngineMap) map).core();
    }

    private long recordOf(final byte[] key) {
        return TestStores.recordOf(core(), key);
    }

    private void asWriter(final Consumer<Participant> operation) {
        final Participant participant = store.enterForWriting();
        try {
            operation.accept(participant);
        } finally {
            Epochs.exit(participant);
        }
    }

    private long offset(final long address) {
        return address - store.space().pool().dataAddress();
    }

    private void assertTold(final String... problems) {
        final VerifyReport report = store.verify();
        assertTrue(report.spaceCompared());
        assertEquals(List.of(problems), report.problems());
    }

    // ------------------------------------------------------------------------------------------ live, and not taken

    @ParameterizedTest
    @ValueSource(ints = {SLOT, RUN, CHUNKS})
    void aLiveRecordWhosePlaceCountsAsFreeIsTold(final int size) {
        final byte[] key = key(size == SLOT ? 7 : size);
        final long record = recordOf(key);
        store.space().releaseUnpublished(record, RecordHeader.size(key.length, size));
        assertTold("the record at linear offset " + offset(record) + " is live but its space counts as free");
    }

    @Test
    void aLiveIndexPageThatCountsAsFreeIsTold() {
        final long leaf = IndexPages.leaves(core().index()).get(1);
        store.space().releaseUnpublishedIndexPage(leaf);
        assertTold("the index page at linear offset " + offset(leaf) + " is live but counts as free");
    }

    // ------------------------------------------------------------------------------------------ taken, and not live

    @ParameterizedTest
    @ValueSource(ints = {SLOT, Pages.BYTES, CHUNKS})
    void aPlaceOfARecordThatNothingRefersToIsTold(final int size) {
        asWriter(participant -> store.space().allocateRecord(participant, size));
        assertTold("1 places of records and 0 index pages count as taken but nothing refers to them;"
                + " only 0 of them are known to be kept out of use");
    }

    @Test
    void anIndexPageThatNothingRefersToIsTold() {
        asWriter(store.space()::allocateIndexPage);
        assertTold("0 places of records and 1 index pages count as taken but nothing refers to them;"
                + " only 0 of them are known to be kept out of use");
    }

    // ------------------------------------------------------------------------------------------------- two owners

    /** The inner record passes every check of its own, and all of its pages are taken. */
    @Test
    void aRecordWithinAnotherOneIsTold() {
        final int length = 5_000;
        map.put(key(-1), value(1, length));
        final long inner = recordOf(key(-1));
        final byte[] image = new byte[length + Pages.BYTES];
        Memory.copyToHeap(null, inner, image, 0, (int) RecordHeader.size(Integer.BYTES, length));
        final byte[] around = value(2, RUN);
        System.arraycopy(image, 0, around, Pages.BYTES - RecordHeader.BYTES - Integer.BYTES, image.length);
        map.put(key(-2), around);
        final long outer = recordOf(key(-2));
        assertEquals(chunkOf(inner), chunkOf(outer), "of one incarnation");
        IndexDamage.redirect(core().index(), inner, store.space().pool().dataAddress(), offset(outer) + Pages.BYTES);
        assertTold(
                "the record at linear offset " + (offset(outer) + Pages.BYTES)
                        + " lies within the place of the one before it",
                "2 places of records and 0 index pages count as taken but nothing refers to them;"
                        + " only 0 of them are known to be kept out of use");
    }

    private long chunkOf(final long address) {
        return offset(address) / store.space().pool().geometry().chunkBytes();
    }

    // ------------------------------------------------------------------------------------------------------- sums

    @Test
    void aCountThatDoesNotFitItsBitmapIsTold() {
        final long page = offset(recordOf(key(7))) / Pages.BYTES;
        final long count = store.space().pool().descriptors().core(page) + CoreDescriptor.COUNT_OFFSET;
        Memory.putInt(count, Memory.getInt(count) - 1);
        final VerifyReport report = store.verify();
        assertEquals(1, report.problems().size());
        assertTrue(
                report.problems().get(0).matches("the allocator counts \\d+ live bytes where the index leads to \\d+"),
                report.problems()::toString);
    }

    @Test
    void liveAndFreeAndWhatNoSlotFitsInAreTheWhole() {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 4 * RECORDS; i++) {
            if (random.nextBoolean()) {
                map.put(key(random.nextInt(RECORDS)), value(i, random.nextInt(3_000)));
            } else {
                map.delete(key(random.nextInt(RECORDS)));
            }
        }
        map.delete(key(RUN));
        map.delete(key(CHUNKS));
        final Pool pool = store.space().pool();
        pool.allocateChunksTo(pool.allocatedChunks() + 1);
        final VerifyReport report = store.verify();
        assertEquals(List.of(), report.problems());
        final StoreStats.Bytes bytes = store.stats().bytes();
        assertTrue(report.freeBytes() > CHUNKS);
        assertTrue(bytes.freshChunks() > 0, "which is not in use");
        assertEquals(
                store.space().usedBytes(),
                report.liveBytes() + report.freeBytes() + bytes.overhead() + bytes.quarantined() + bytes.unjudged());
        assertEquals(0, bytes.quarantined() + bytes.unjudged());
    }

    // ------------------------------------------------------------------------------------ words and headers in the
    // file

    /** Flips a bit of the closed pool's file; {@code use} gets what verify() says, read-only and for writing. */
    private void flipped(final long offset, final Consumer<List<String>> use) throws IOException {
        final Path path = folder.resolve("pool");
        for (final boolean readOnly : new boolean[] {true, false}) {
            final byte[] before = Files.readAllBytes(path);
            final byte[] bytes = before.clone();
            bytes[(int) offset] ^= 4;
            Files.write(path, bytes);
            try (EngineStore damaged =
                    EngineStore.open(path, TestStores.options().withReadOnly(readOnly), Tuning.tiny())) {
                use.accept(damaged.verify().problems());
                damaged.abandon();
            }
            Files.write(path, before);
        }
    }

    private static void assertTells(final List<String> problems, final String text) {
        assertTrue(problems.stream().anyMatch(problem -> problem.contains(text)), () -> text + ": " + problems);
    }

    /** Of the index, of slots, of runs, and of extents. */
    @Test
    void aDamagedChunkWordIsNamedReadOnlyToo() throws IOException {
        final int chunks = (int) (store.space().usedBytes() / CHUNK_BYTES);
        store.close();
        for (int chunk = 0; chunk < chunks; chunk++) {
            final String told = "the table word of chunk " + chunk + " fails its check";
            flipped(PoolPlaces.CHUNK_TABLE + (long) chunk * Long.BYTES + 3, problems -> assertTells(problems, told));
        }
    }

    /** The search for the end of the table may take it for one that is in use, and that of chunks before it for damaged, or not come by it. */
    @Test
    void aChunkWordBehindTheEndOfTheTableIsNamedReadOnlyToo() throws IOException {
        final Pool pool = store.space().pool();
        final int chunks = (int) (store.space().usedBytes() / CHUNK_BYTES);
        pool.allocateChunksTo(chunks + 8);
        final int allocated = pool.allocatedChunks();
        store.close();
        for (int chunk = chunks + 1; chunk < allocated; chunk++) {
            final String told = "the table word of chunk " + chunk;
            flipped(PoolPlaces.CHUNK_TABLE + (long) chunk * Long.BYTES, problems -> assertTells(problems, told));
        }
    }

    @Test
    void aDamagedSpanWordIsNamedReadOnlyToo() throws IOException {
        final Pool pool = store.space().pool();
        final long record = recordOf(key(1)) - pool.dataAddress();
        final long chunk = record / CHUNK_BYTES * CHUNK_BYTES;
        final long word = new PoolPlaces(pool, true).data(chunk + record % CHUNK_BYTES / SPAN_BYTES * Long.BYTES);
        final String told = "the record at linear offset " + record + " is live, but";
        store.close();
        for (int i = 0; i < Long.BYTES; i++) {
            flipped(word + i, problems -> assertTells(problems, told));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aDamagedCopyOfTheHeaderIsNamedAndAnOpenForWritingRepairsIt(final int copy) throws IOException {
        store.close();
        final Path path = folder.resolve("pool");
        final long offset = copy * (long) Pages.BYTES + 60;
        final String told = "copy " + copy + " of the pool's header, at offset " + copy * Pages.BYTES + ", fails";
        final byte[] bytes = Files.readAllBytes(path);
        bytes[(int) offset] ^= 4;
        Files.write(path, bytes);
        try (EngineStore readOnly = EngineStore.open(path, TestStores.options().withReadOnly(true), Tuning.tiny())) {
            assertTells(readOnly.verify().problems(), told);
            assertFalse(readOnly.space().pool().headerRepaired());
        }
        try (EngineStore repaired = TestStores.tiny(path)) {
            final Pool pool = repaired.space().pool();
            assertTrue(pool.headerRepaired());
            TestStores.assertSound(repaired);
            final long place = pool.engineArea() - PoolPlaces.ENGINE_AREA + offset;
            Memory.putByte(place, (byte) (Memory.getByte(place) ^ 4));
            assertTells(repaired.verify().problems(), told);
        }
        try (EngineStore sound = TestStores.tiny(path)) {
            assertFalse(sound.space().pool().headerRepaired());
            TestStores.assertSound(sound);
        }
    }

    // ----------------------------------------------------------------------------------------------- not compared

    @Test
    void aWalkBesideAnotherOperationSaysThatItHasNotCompared() {
        map.read(key(1), view -> {
            Threads.together(
                    1,
                    thread -> assertFalse(store.verify().spaceCompared(), "the reader may hold what counts as dead"));
            return 0;
        });
        assertTrue(store.verify().spaceCompared());
    }

    @Test
    void aReadOnlyStoreSaysThatItHasNotCompared() {
        store.close();
        try (EngineStore readOnly =
                EngineStore.open(folder.resolve("pool"), TestStores.options().withReadOnly(true), Tuning.tiny())) {
            final VerifyReport report = readOnly.verify();
            assertEquals(List.of(), report.problems());
            assertFalse(report.spaceCompared());
            assertEquals(readOnly.space().usedBytes(), report.liveBytes() + report.freeBytes());
        }
    }
}
