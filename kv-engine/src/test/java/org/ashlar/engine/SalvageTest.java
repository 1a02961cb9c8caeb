package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.ashlar.engine.index.DamagedLeaf;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreLockedException;
import org.ashlar.kv.StoreUnavailableException;
import org.ashlar.pmem.FailingReads;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolPlaces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every test spoils a pool that has records replaced and deleted, salvages it, and holds the result against what the pool held: a record that
 * is not reported as doubtful is the last one of its key.
 */
@Isolated("the failing reads may come up in any salvage")
final class SalvageTest {
    private static final int RECORDS = 3_000;
    private static final int PAGE_BYTES = 4096;
    private static final int SUPERBLOCK = 8192;
    private static final int CHUNK_TABLE = 16_384;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private Path path = Path.of("");
    private Path target = Path.of("");

    /** Map, a slash, key: what each has. */
    private final Map<String, byte[]> model = new TreeMap<>();

    private final Set<String> deleted = new HashSet<>();
    private final Set<String> doubtful = new HashSet<>();

    @BeforeEach
    void load() {
        path = folder.resolve("pool");
        target = folder.resolve("target");
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < RECORDS; i++) {
                put(store, "m", i, value(i, 60));
            }
            put(store, "large", 1, value(1, 20_000));
            put(store, "large", 2, value(2, 200_000));
            put(store, "large", 3, value(3, 2_500_000));
            put(store, "gone", 1, value(1, 60));
        }
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < RECORDS; i += 3) {
                put(store, "m", i, value(i + 1, 50));
            }
            for (int i = 0; i < RECORDS; i += 5) {
                assertTrue(store.map("m").delete(key(i)));
                model.remove("m/" + i);
                deleted.add("m/" + i);
            }
            assertTrue(store.dropMap("gone"));
            model.remove("gone/1");
        }
    }

    private void put(final Store store, final String map, final int number, final byte[] value) {
        store.map(map).put(key(number), value);
        model.put(map + "/" + number, value);
    }

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    // ------------------------------------------------------------------------------------------------- spoiling

    private void spoil(final Consumer<EngineStore> damage) {
        try (EngineStore store = TestStores.tiny(path)) {
            store.map("m").get(key(1));
            damage.accept(store);
            store.abandon();
        }
    }

    private void spoilIndex(final Consumer<HashIndex> damage) {
        spoil(store -> damage.accept(core(store, "m").index()));
    }

    private static MapCore core(final Store store, final String map) {
        return ((EngineMap) store.map(map)).core();
    }

    private static void clear(final long page) {
        for (int i = 0; i < PAGE_BYTES; i += Long.BYTES) {
            Memory.putLong(page + i, 0);
        }
    }

    private static void flip(final long address) {
        Memory.putLong(address & -Long.BYTES, Memory.getLong(address & -Long.BYTES) ^ (1L << ((address & 7) * 8 + 3)));
    }

    private static long catalogRecord(final EngineStore store, final byte[] key) {
        return TestStores.recordOf(store.catalog().catalog(), key);
    }

    private void spoilFile(final long offset, final byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
    }

    private void flipInFile(final long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            final int old = file.read();
            file.seek(offset);
            file.write(old ^ 0x10);
        }
    }

    // ----------------------------------------------------------------------------------------------- salvaging

    /** Salvages the pool, and checks all that must hold whatever was spoilt. */
    private SalvageReport salvage() {
        try {
            final byte[] before = Files.readAllBytes(path);
            Files.deleteIfExists(target);
            doubtful.clear();
            final SalvageReport report = Salvage.run(
                    path,
                    target,
                    TestStores.options(),
                    Tuning.tiny(),
                    Tuning.tiny().geometry());
            assertArrayEquals(before, Files.readAllBytes(path), "the damaged pool is never written");
            report.doubtful().forEach(d -> doubtful.add(d.map() + "/" + new String(d.key(), US_ASCII)));
            try (EngineStore store = TestStores.tiny(target)) {
                for (final String name : store.mapNames()) {
                    final long[] count = new long[1];
                    store.map(name).entries().forEach(e -> {
                        final String id = name + "/" + new String(e.key(), US_ASCII);
                        count[0]++;
                        if (!doubtful.contains(id)) {
                            assertArrayEquals(model.get(id), e.value(), id + " is not reported as doubtful");
                        }
                    });
                    assertEquals(report.copied().get(name), count[0], name);
                }
                TestStores.assertSound(store);
            }
            return report;
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Keys of the model that did not come out with their last value. */
    private Set<String> missing() {
        final Set<String> missing = new HashSet<>();
        try (EngineStore store = TestStores.tiny(target)) {
            final Set<String> names = store.mapNames();
            model.forEach((id, value) -> {
                final String name = id.substring(0, id.indexOf('/'));
                final byte[] key = id.substring(id.indexOf('/') + 1).getBytes(US_ASCII);
                if (!names.contains(name)
                        || !Arrays.equals(value, store.map(name).get(key))) {
                    missing.add(id);
                }
            });
        }
        return missing;
    }

    private void assertAllCertain(final SalvageReport report) {
        assertEquals(Set.of(), missing());
        assertEquals(Set.of(), doubtful);
        assertEquals(model.size(), report.records());
    }

    private static boolean tells(final SalvageReport report, final String text) {
        return report.lost().stream().anyMatch(lost -> (lost.where() + ": " + lost.reason()).contains(text));
    }

    // ----------------------------------------------------------------------------------------------------- tests

    @Test
    void aSoundPoolComesOutWholeAndNothingElseDoes() {
        final SalvageReport report = salvage();
        assertTrue(report.isComplete(), () -> report.lost().toString());
        assertAllCertain(report);
        assertEquals(Set.of("large", "m"), report.copied().keySet());
    }

    @Test
    void aKilledPoolComesOutWhole() {
        spoil(store -> put(store, "m", RECORDS, value(7, 60)));
        final SalvageReport report = salvage();
        assertTrue(report.isComplete(), () -> report.lost().toString());
        assertAllCertain(report);
    }

    @Test
    void aRecordThatIsHitIsListedAndAllOthersComeOut() {
        spoil(store -> flip(TestStores.recordOf(core(store, "m"), key(1)) + RecordHeader.BYTES + 20));
        final SalvageReport report = salvage();
        assertEquals(Set.of("m/1"), missing());
        assertEquals(Set.of(), doubtful);
        assertTrue(tells(report, "its key is '1'"), () -> report.lost().toString());
        assertEquals(1, report.lost().size());
    }

    @Test
    void aLargeRecordThatIsHitIsListed() {
        spoil(store -> flip(TestStores.recordOf(core(store, "large"), key(3)) + 2_000_000));
        final SalvageReport report = salvage();
        assertEquals(Set.of("large/3"), missing());
        assertTrue(tells(report, "its key is '3'"), () -> report.lost().toString());
    }

    @Test
    void anEntryThatIsHitMakesItsRecordDoubtful() {
        spoilIndex(index -> flip(IndexPages.firstEntry(IndexPages.leaves(index).get(0))));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertFalse(report.doubtful().isEmpty());
        assertTrue(tells(report, "do not fit each other"), () -> report.lost().toString());
    }

    /** Entries that point out of the pool say nothing of records that cannot be read: those that they stood for come out. */
    @Test
    void entriesThatAreOverwrittenMakeTheirRecordsDoubtful() {
        spoilIndex(index -> {
            final long leaf = IndexPages.leaves(index).get(0);
            for (int at = 64; at < PAGE_BYTES; at += Long.BYTES) {
                Memory.putLong(leaf + at, 0x7FFF_F7FF_FFFF_0000L | at);
            }
        });
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertTrue(doubtful.size() > 100, () -> "doubtful " + doubtful.size());
        assertTrue(tells(report, "do not fit each other"), () -> report.lost().toString());
    }

    @Test
    void recordsOfALeafWithABrokenHeaderComeOutAsDoubtful() {
        spoilIndex(index -> DamagedLeaf.flip(DamagedLeaf.lastOf(index)));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing(), "the page still points at the last ones");
        assertTrue(doubtful.size() > 100 && doubtful.size() < RECORDS / 2, () -> "doubtful " + doubtful.size());
        assertTrue(tells(report, "is damaged"), () -> report.lost().toString());
    }

    @Test
    void recordsOfALeafThatIsGoneComeOutAsDoubtful() {
        spoilIndex(index -> clear(DamagedLeaf.lastOf(index)));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing(), "what a later open wrote goes first");
        assertTrue(doubtful.size() > 100 && doubtful.size() < RECORDS / 2, () -> "doubtful " + doubtful.size());
        assertFalse(report.lost().isEmpty());
    }

    /** All leaves are there, and nothing that could be one is not. */
    @Test
    void leavesOfALostSegmentAreFoundAndCertain() {
        spoilIndex(index -> IndexPages.segments(index).forEach(SalvageTest::clear));
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertFalse(report.lost().isEmpty());
    }

    /** The page that fails its check might have been a leaf. */
    @Test
    void leavesOfABrokenSegmentAreFoundAndDoubtful() {
        spoilIndex(index -> IndexPages.segments(index).forEach(SalvageTest::flip));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertTrue(doubtful.stream().filter(id -> id.startsWith("m/")).count() > RECORDS / 2);
        assertTrue(tells(report, "the segment at"), () -> report.lost().toString());
    }

    @Test
    void leavesOfALostRootRecordAreFoundAndCertain() {
        spoilIndex(index -> clear(IndexPages.rootRecord(index) & -PAGE_BYTES));
        final SalvageReport report = salvage();
        final Set<String> missing = missing();
        assertTrue(missing.size() < PAGE_BYTES / 60, () -> "what else was in the page: " + missing.size());
        assertTrue(tells(report, "root record"), () -> report.lost().toString());
        missing.forEach(id -> assertFalse(doubtful.contains(id), id));
    }

    @Test
    void aMapWhoseCatalogRecordIsHitComesOutWithItsName() {
        spoil(store ->
                flip(catalogRecord(store, CatalogRecord.nameKey("m".getBytes(US_ASCII))) + RecordHeader.BYTES + 7));
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertTrue(tells(report, "catalog"), () -> report.lost().toString());
    }

    @Test
    void aMapWhoseRootWordIsHitComesOut() {
        spoil(store ->
                flip(CatalogRecord.tailOf(catalogRecord(store, CatalogRecord.nameKey("m".getBytes(US_ASCII)))) + 3));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertFalse(report.lost().isEmpty());
    }

    @Test
    void aMapWhoseNameIsHitComesOutAsDoubtful() {
        spoil(store ->
                flip(catalogRecord(store, CatalogRecord.nameKey("m".getBytes(US_ASCII))) + RecordHeader.BYTES + 1));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertEquals(RECORDS - deleted.size(), report.copied().get("m"));
        assertTrue(doubtful.contains("m/1"));
        assertFalse(report.lost().isEmpty());
    }

    @Test
    void mapsOfALostCatalogComeOutAsDoubtful() {
        spoil(store -> clear(DamagedLeaf.lastOf(store.catalog().catalog().index())));
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertTrue(doubtful.contains("m/1") && doubtful.contains("large/3"));
        assertFalse(report.lost().isEmpty());
    }

    @Test
    void chunkWordsThatAreHitLoseNothing() throws IOException {
        for (int chunk = 0; chunk < 12; chunk++) {
            flipInFile(CHUNK_TABLE + 8L * chunk + 1);
        }
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertEquals(12, report.lost().size());
        assertTrue(
                tells(report, "the word of chunk 3 fails its check"),
                () -> report.lost().toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {Superblock.MAGIC_OFFSET, Superblock.VERSION_OFFSET, Superblock.SEED_OFFSET})
    void aSuperblockThatIsHitLosesNothing(final int offset) throws IOException {
        flipInFile(SUPERBLOCK + offset);
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertTrue(tells(report, "superblock"), () -> report.lost().toString());
    }

    /** It would look empty, and a map made anew would hide the old one. */
    @Test
    void aStoreWhoseSeedIsHitMakesNoMapAnew() throws IOException {
        flipInFile(SUPERBLOCK + Superblock.SEED_OFFSET);
        try (Store store = TestStores.tiny(path)) {
            for (final String name : Set.of("m", "one that never was")) {
                final CorruptStoreException told = assertThrows(CorruptStoreException.class, () -> store.map(name));
                assertTrue(String.valueOf(told.getMessage()).contains("hash seed"), told::toString);
            }
        }
        assertAllCertain(salvage());
    }

    @Test
    void aCatalogRootThatIsHitLosesNothing() throws IOException {
        flipInFile(SUPERBLOCK + Superblock.CATALOG_TAIL_OFFSET + 2);
        final SalvageReport report = salvage();
        assertEquals(Set.of(), missing());
        assertFalse(report.lost().isEmpty());
    }

    @Test
    void aSuperblockThatIsGoneLosesNothing() throws IOException {
        spoilFile(SUPERBLOCK, new byte[2 * PAGE_BYTES]);
        salvage();
        assertEquals(Set.of(), missing());
    }

    @Test
    void whatIsBehindTheEndOfATruncatedFileIsListed() throws IOException {
        final long length = Files.size(path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length * 2 / 3);
        }
        assertThrows(CorruptStoreException.class, () -> TestStores.tiny(path).close());
        final SalvageReport report = salvage();
        final Set<String> missing = missing();
        assertFalse(missing.isEmpty());
        assertTrue(missing.size() < model.size());
        assertTrue(
                tells(report, "bytes shorter than its header says"),
                () -> report.lost().toString());
        assertTrue(report.lost().size() > missing.size(), "each of them");
    }

    @Test
    void aPoolWithTwoBrokenHeadersComesOutWhole() throws IOException {
        flipInFile(200);
        flipInFile(PAGE_BYTES + 40);
        assertThrows(CorruptStoreException.class, () -> TestStores.tiny(path).close());
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertTrue(tells(report, "the remains of header"), () -> report.lost().toString());
    }

    @Test
    void aPoolWithoutHeadersComesOutWholeByTheGivenSizes() throws IOException {
        spoilFile(0, new byte[2 * PAGE_BYTES]);
        final SalvageReport report = salvage();
        assertAllCertain(report);
        assertTrue(
                tells(report, "the given sizes, descriptors in the pool"),
                () -> report.lost().toString());
        Files.delete(target);
        assertThrows(
                CorruptStoreException.class,
                () -> Salvage.run(path, target, TestStores.options(), Tuning.tiny(), null));
        assertFalse(Files.exists(target));
    }

    /** Where some bytes are in the file. */
    private long offsetOf(final byte[] bytes) throws IOException {
        final byte[] file = Files.readAllBytes(path);
        for (int at = 0; at < file.length - bytes.length; at++) {
            if (Arrays.equals(file, at, at + bytes.length, bytes, 0, bytes.length)) {
                return at;
            }
        }
        throw new AssertionError("the file has no such bytes");
    }

    @Test
    void recordsOnAPageThatCannotBeReadAreListedAndAllOthersComeOut() throws IOException {
        final byte[] value = value(1, 60);
        final SalvageReport report;
        try (FailingReads bad = FailingReads.at(offsetOf(value) + value.length / 2)) {
            assertNotNull(bad);
            report = salvage();
        }
        final Set<String> missing = missing();
        assertTrue(missing.contains("m/1"));
        assertTrue(missing.size() <= PAGE_BYTES / 80 + 2, () -> missing.toString());
        assertEquals(missing.size(), report.lost().size(), () -> report.lost().toString());
        assertTrue(tells(report, "cannot be read"), () -> report.lost().toString());
        assertEquals(Set.of(), doubtful);
    }

    @Test
    void recordsOfALeafThatCannotBeReadComeOutAsDoubtful() throws IOException {
        final byte[] header = new byte[24];
        spoilIndex(index -> Memory.copyToHeap(null, DamagedLeaf.lastOf(index), header, 0, header.length));
        final SalvageReport report;
        try (FailingReads bad = FailingReads.at(offsetOf(header))) {
            assertNotNull(bad);
            report = salvage();
        }
        assertEquals(Set.of(), missing());
        assertTrue(doubtful.size() > 100 && doubtful.size() < RECORDS / 2, () -> "doubtful " + doubtful.size());
        assertTrue(tells(report, "is damaged"), () -> report.lost().toString());
    }

    private long offsetOfPart(final String part) {
        final long[] offset = new long[1];
        spoil(store -> {
            final Pool pool = store.space().pool();
            final PoolPlaces places = new PoolPlaces(pool, true);
            offset[0] = switch (part) {
                case "header 0" -> places.header(0);
                case "header 1" -> places.header(1);
                case "superblock" -> places.engineArea();
                case "chunk table" -> places.chunkTable();
                case "section headers" -> places.sectionHeaders();
                case "chunk headers" -> places.chunkHeaders();
                case "record descriptors" ->
                    places.descriptor(TestStores.recordOf(core(store, "m"), key(1)) - pool.dataAddress());
                case "index descriptors" ->
                    places.descriptor(
                            IndexPages.leaves(core(store, "m").index()).get(0) - pool.dataAddress());
                case "catalog records" ->
                    places.data(
                            catalogRecord(store, CatalogRecord.nameKey("m".getBytes(US_ASCII))) - pool.dataAddress());
                case "catalog leaf" ->
                    places.data(
                            IndexPages.leaves(store.catalog().catalog().index()).get(0) - pool.dataAddress());
                default -> throw new IllegalArgumentException(part);
            };
        });
        return offset[0];
    }

    private SalvageReport salvageWithUnreadable(final String part) throws IOException {
        try (FailingReads bad = FailingReads.at(offsetOfPart(part))) {
            assertNotNull(bad);
            return salvage();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "header 0",
                "header 1",
                "chunk table",
                "section headers",
                "chunk headers",
                "record descriptors",
                "index descriptors"
            })
    void withoutAPageThatNoRecordNeedsAllComesOutCertain(final String part) throws IOException {
        assertAllCertain(salvageWithUnreadable(part));
    }

    @ParameterizedTest
    @ValueSource(strings = {"superblock", "catalog leaf"})
    void withoutTheSuperblockOrALeafOfTheCatalogNothingIsLost(final String part) throws IOException {
        final SalvageReport report = salvageWithUnreadable(part);
        assertEquals(Set.of(), missing());
        assertFalse(report.lost().isEmpty());
    }

    /** Both records of each map are on it: what there is of a map is its records, and a number. */
    @Test
    void withoutThePageOfAllRecordsOfTheCatalogMapsComeOutByTheirNumbers() throws IOException {
        final SalvageReport report = salvageWithUnreadable("catalog records");
        assertFalse(report.copied().containsKey("m"));
        assertTrue(
                report.copied().entrySet().stream()
                        .anyMatch(map -> map.getKey().startsWith("salvaged-") && map.getValue() == RECORDS),
                () -> report.copied().toString());
        final long doubtfulOnes = report.doubtful().stream()
                .filter(record -> record.map().startsWith("salvaged-"))
                .count();
        assertTrue(doubtfulOnes >= RECORDS, () -> doubtfulOnes + " are doubtful");
    }

    @Test
    void whatIsInUseOrInTheWayIsRefused() throws IOException {
        try (EngineStore store = TestStores.tiny(path)) {
            assertThrows(StoreLockedException.class, () -> Store.salvage(path, target, TestStores.options()));
            assertFalse(Files.exists(target));
            assertEquals(Set.of("large", "m"), store.mapNames());
        }
        Files.writeString(target, "precious");
        assertThrows(StoreUnavailableException.class, () -> Store.salvage(path, target, TestStores.options()));
        assertEquals("precious", Files.readString(target));
        assertThrows(
                StoreUnavailableException.class,
                () -> Store.salvage(folder.resolve("none"), folder.resolve("other"), TestStores.options()));
        assertFalse(Files.exists(folder.resolve("other")));
    }

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, TestStores.LONG ? 400 : 12);
    }

    /** What {@link #salvage} checks holds for any damage. */
    @ParameterizedTest
    @MethodSource("seeds")
    void nothingStaleIsCertainWhateverIsHit(final long seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        final long length = Files.size(path);
        final int hits = 1 << random.nextInt(8);
        for (int i = 0; i < hits; i++) {
            final byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 8 : 300)];
            if (random.nextBoolean()) {
                random.nextBytes(bytes);
            }
            spoilFile(SUPERBLOCK + random.nextLong(length - SUPERBLOCK - bytes.length), bytes);
        }
        final SalvageReport report = salvage();
        final Set<String> missing = missing();
        assertTrue(
                missing.size() < model.size() / 2,
                () -> "seed " + seed + " lost " + missing.size() + " and copied " + report.copied() + "; "
                        + report.lost());
    }
}
