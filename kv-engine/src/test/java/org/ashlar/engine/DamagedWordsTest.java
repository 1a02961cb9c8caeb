package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.index.IndexDamage;
import org.ashlar.engine.index.IndexPages;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What sweeps over damaged files have found: each word here once led to an endless loop, out of the pool, or to the loss of something else. */
final class DamagedWordsTest {
    private static final int RECORDS = 1_500;
    private static final int PAGE_BYTES = 4096;

    /** All in one leaf, which is not split, as a split would separate few of them. */
    private static final List<byte[]> COLLIDING = CollidingKeysTest.colliding(14, 0, 701);

    private static final int CHAINED = 700;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private Path path = Path.of("");

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static byte[] value(final int number, final int length) {
        final byte[] value = new byte[length];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    private static MapCore core(final Store store, final String map) {
        return ((EngineMap) store.map(map)).core();
    }

    private static long dataOf(final EngineStore store) {
        return store.space().pool().dataAddress();
    }

    private void load(final Consumer<EngineStore> more) {
        path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            for (int i = 0; i < RECORDS; i++) {
                store.map("m").put(key(i), value(i, 40));
            }
            more.accept(store);
        }
    }

    /** Spoils a pool that is open, and leaves it as a kill would. */
    private void spoil(final Consumer<EngineStore> damage) {
        try (EngineStore store = TestStores.tiny(path)) {
            damage.accept(store);
            store.abandon();
        }
    }

    private void withStore(final StoreOptions options, final Consumer<EngineStore> use) {
        try (EngineStore store = EngineStore.open(path, options, Tuning.tiny())) {
            use.accept(store);
        }
    }

    private static boolean tells(final Store store, final String text) {
        return store.verify().problems().stream().anyMatch(problem -> problem.contains(text));
    }

    // ------------------------------------------------------------------------------------------------ overflow chain

    private static long leafWithChain(final EngineStore store) {
        return IndexPages.leaves(core(store, "chain").index()).stream()
                .filter(leaf -> IndexDamage.chainOf(leaf) != 0)
                .findFirst()
                .orElseThrow();
    }

    private void loadChain() {
        load(store ->
                COLLIDING.subList(0, CHAINED).forEach(key -> store.map("chain").put(key, value(1, 9))));
    }

    private static void assertChainIsTold(final Store store) {
        final KvMap map = store.map("chain");
        final byte[] absent = COLLIDING.get(CHAINED);
        assertThrows(CorruptStoreException.class, () -> map.get(absent));
        for (int i = 0; i < 2; i++) { // the first must not leave the page locked
            assertThrows(CorruptStoreException.class, () -> map.put(absent, value(2, 9)));
        }
        assertThrows(CorruptStoreException.class, () -> map.delete(absent));
        assertThrows(CorruptStoreException.class, () -> map.forEach((key, value) -> true));
        assertTrue(tells(store, "overflow chain"));
        assertEquals(RECORDS, store.map("m").size(), "all else is served");
    }

    @Test
    void anOverflowChainThatComesBackIsTold() {
        loadChain();
        spoil(store -> {
            final long word = IndexDamage.chainOf(leafWithChain(store));
            IndexDamage.closeChain(dataOf(store) + (word & -PAGE_BYTES), word);
        });
        withStore(TestStores.options(), DamagedWordsTest::assertChainIsTold);
    }

    @Test
    void anOverflowWordThatNamesAnotherPageIsTold() {
        loadChain();
        spoil(store -> {
            final long leaf = leafWithChain(store);
            final long other = IndexPages.leaves(core(store, "m").index()).get(0);
            IndexDamage.setChain(leaf, IndexDamage.word((other - dataOf(store)) / PAGE_BYTES, 0));
        });
        withStore(TestStores.options(), DamagedWordsTest::assertChainIsTold);
    }

    // ----------------------------------------------------------------------------------------------------- directory

    @Test
    void aDepthThatIsTooLargeDoesNotMakeAWalkTakeForEver() {
        load(store -> {});
        spoil(store -> IndexDamage.setSegmentDepth(
                IndexPages.rootRecord(core(store, "m").index()), 50));
        withStore(TestStores.options(), store -> {
            assertFalse(store.verify().isSound());
            final KvMap map = store.map("m");
            assertThrows(CorruptStoreException.class, () -> {
                for (int i = 0; i < RECORDS; i++) {
                    map.get(key(i));
                }
            });
            assertThrows(CorruptStoreException.class, () -> {
                for (int i = 0; i < 10_000; i++) {
                    map.put(key(RECORDS + i), value(1, 40));
                }
            });
        });
        Salvage.run(
                path,
                folder.resolve("target"),
                TestStores.options(),
                Tuning.tiny(),
                Tuning.tiny().geometry());
    }

    @Test
    void aRootWordWithAnImpossibleDepthDoesNotMakeSalvageTakeForEver() {
        load(store -> store.map("one").put(key(1), value(1, 10)));
        spoil(store -> {
            final long home =
                    TestStores.recordOf(store.catalog().catalog(), CatalogRecord.nameKey("one".getBytes(US_ASCII)));
            final long tail = CatalogRecord.tailOf(home);
            Memory.putLong(tail, Memory.getLong(tail) | 60);
        });
        final var report = Salvage.run(
                path,
                folder.resolve("target"),
                TestStores.options(),
                Tuning.tiny(),
                Tuning.tiny().geometry());
        assertEquals(RECORDS, report.copied().get("m"));
        assertFalse(report.lost().isEmpty());
    }

    @Test
    void aForwardWordThatLeadsNowhereGivesNothingAway() {
        load(store -> {});
        final List<Long> leaves = new ArrayList<>();
        try (EngineStore store = TestStores.tiny(path)) {
            final MapCore core = core(store, "m");
            final KvMap map = store.map("m");
            for (final long leaf : IndexPages.leaves(core.index())) {
                IndexDamage.setForward(leaf, 1L << 20);
                leaves.add(leaf - dataOf(store));
            }
            for (int i = 0; i < RECORDS; i++) {
                final int number = i;
                assertThrows(CorruptStoreException.class, () -> map.put(key(number), value(0, 40)));
            }
            for (int i = 0; i < 3_000; i++) {
                store.map("other").put(key(i), value(i, 10)); // takes what is free
            }
            store.abandon();
        }
        withStore(TestStores.options(), store -> {
            leaves.forEach(page -> IndexDamage.setForward(dataOf(store) + page, 0));
            for (int i = 0; i < RECORDS; i++) {
                assertArrayEquals(value(i, 40), store.map("m").get(key(i)), "the leaf was not given away");
            }
        });
    }

    /** Without the check the JVM ends: the place is beyond all that is mapped. */
    @Test
    void aRootWordThatPointsOutOfThePoolIsTold() {
        load(store -> {});
        spoil(store -> {
            final long home =
                    TestStores.recordOf(store.catalog().catalog(), CatalogRecord.nameKey("m".getBytes(US_ASCII)));
            final long tail = CatalogRecord.tailOf(home);
            Memory.putLong(tail, Memory.getLong(tail) | 1L << 42);
        });
        withStore(TestStores.options(), store -> {
            assertTrue(tells(store, "root word"));
            assertThrows(CorruptStoreException.class, () -> store.map("m").get(key(1)));
        });
    }

    /** Redirects the catalog's entry of a record to a record of a map. */
    private static void redirectInCatalog(final EngineStore store, final byte[] key, final long target) {
        final MapCore catalog = store.catalog().catalog();
        IndexDamage.redirect(catalog.index(), TestStores.recordOf(catalog, key), dataOf(store), target - dataOf(store));
    }

    private static void assertAllIsThere(final Store store, final String map) {
        for (int i = 0; i < 100; i++) {
            assertArrayEquals(value(i, 30), store.map(map).get(key(i)), map);
        }
    }

    /** At an open the catalog looks whether the map that was made last has both its records. */
    @Test
    void anOpenThatCannotTellWhetherTheLastMapIsRegisteredServesAllMaps() {
        load(store -> {
            for (int i = 0; i < 100; i++) {
                store.map("last").put(key(i), value(i, 30));
            }
        });
        spoil(store -> redirectInCatalog(
                store,
                CatalogRecord.incarnationKey(core(store, "last").incarnation()),
                TestStores.recordOf(core(store, "m"), key(1))));
        withStore(TestStores.options(), store -> {
            assertEquals(RECORDS, store.map("m").size());
            assertThrows(CorruptStoreException.class, () -> store.map("new"));
            assertThrows(CorruptStoreException.class, () -> store.renameMap("m", "new"));
            assertThrows(CorruptStoreException.class, () -> store.dropMap("m"));
            assertThrows(CorruptStoreException.class, () -> store.map("m").clear());
            assertTrue(tells(store, "does not belong to the record"));
            store.compact();
            for (int i = 0; i < 3_000; i++) {
                store.map("m").put(key(i), value(i, 60)); // takes what is free
            }
            assertAllIsThere(store, "last");
            assertTrue(tells(store, "does not belong to the record"));
        });
    }

    // ------------------------------------------------------------------------------------------------------- records

    @Test
    void aRecordWithADamagedSpaceIncarnationIsNotGivenAway() {
        load(store -> {});
        spoil(store -> {
            for (int i = 0; i < 100; i++) {
                final long record = TestStores.recordOf(core(store, "m"), key(i));
                final long place = record + RecordHeader.SPACE_INCARNATION_OFFSET;
                Memory.putShort(place, (short) (Memory.getShort(place) ^ 0x40));
            }
        });
        withStore(TestStores.options(), store -> {
            store.verify();
            for (int i = 0; i < 3_000; i++) {
                store.map("other").put(key(i), value(-i, 40));
            }
            for (int i = 0; i < 100; i++) {
                assertArrayEquals(value(i, 40), store.map("m").get(key(i)));
                assertTrue(store.map("m").delete(key(i)));
            }
            TestStores.assertSound(store);
        });
    }

    /** The slot is given back once, or the second one is told; nobody else's slot goes. */
    @Test
    void aRecordThatTwoEntriesPointAtIsTold() {
        load(store -> {});
        spoil(store -> {
            for (int i = 0; i < RECORDS; i++) {
                IndexDamage.duplicate(
                        core(store, "m").index(), TestStores.recordOf(core(store, "m"), key(i)), dataOf(store));
            }
        });
        withStore(TestStores.options(), store -> {
            assertTrue(tells(store, "two entries point at"));
            final KvMap map = store.map("m");
            assertThrows(CorruptStoreException.class, () -> {
                for (int i = 0; i < RECORDS; i++) {
                    map.delete(key(i));
                    map.delete(key(i));
                }
                store.compact();
            });
            assertFalse(store.verify().problems().contains("freed twice"));
        });
    }

    /** The first one empties its span, which has no size of slots then. */
    @Test
    void theOnlyRecordOfASpanThatTwoEntriesPointAtIsTold() {
        load(store -> store.map("lone").put(key(1), value(1, 3_000)));
        spoil(store -> {
            final MapCore core = core(store, "lone");
            IndexDamage.duplicate(core.index(), TestStores.recordOf(core, key(1)), dataOf(store));
        });
        withStore(TestStores.options(), store -> {
            final KvMap map = store.map("lone");
            assertFalse(store.verify().isSound(), "and all pages of the span are judged");
            assertTrue(map.delete(key(1)));
            assertTrue(map.delete(key(1)), "by the other entry");
            assertThrows(CorruptStoreException.class, store::compact);
            map.put(key(1), value(2, 3_000)); // nothing is left locked
            assertArrayEquals(value(2, 3_000), map.get(key(1)));
            assertEquals(RECORDS, store.map("m").size());
        });
    }

    @Test
    void anEntryThatPointsIntoTheMiddleOfSomethingCannotGiveItBack() {
        load(store -> store.map("large").put(key(1), value(1, 50_000)));
        spoil(store -> {
            final MapCore core = core(store, "m");
            final long large = TestStores.recordOf(core(store, "large"), key(1));
            // A record within a value, with the right key.
            final long image = large + 2 * PAGE_BYTES + 64;
            Memory.copyIn(bytesOf(TestStores.recordOf(core, key(7)), 70), Memory.ARRAY_BASE, image, 70);
            IndexDamage.redirect(core.index(), TestStores.recordOf(core, key(7)), dataOf(store), image - dataOf(store));
        });
        withStore(TestStores.options(), store -> {
            assertThrows(CorruptStoreException.class, () -> store.map("m").delete(key(7)));
            assertThrows(CorruptStoreException.class, () -> store.map("m").put(key(7), value(8, 40)));
            assertEquals(50_000, store.map("large").readLong(key(1), view -> view.capacity(), -1));
            assertTrue(store.map("large").delete(key(1)));
        });
    }

    private static byte[] bytesOf(final long address, final int length) {
        final byte[] bytes = new byte[length];
        Memory.copyToHeap(null, address, bytes, 0, length);
        return bytes;
    }

    @Test
    void aLengthThatClaimsTheNextRecordsPagesDoesNotGiveThemBack() {
        load(store -> {
            store.map("large").put(key(1), value(1, 20_000));
            store.map("large").put(key(2), value(2, 20_000));
        });
        spoil(store -> {
            final long first = Math.min(
                    TestStores.recordOf(core(store, "large"), key(1)),
                    TestStores.recordOf(core(store, "large"), key(2)));
            Memory.putInt(first + RecordHeader.VALUE_LENGTH_OFFSET, 40_000);
        });
        withStore(TestStores.options().withVerifyReads(true), store -> {
            final KvMap large = store.map("large");
            final int damaged = isRefused(large, 1) ? 1 : 2;
            assertThrows(CorruptStoreException.class, () -> large.delete(key(damaged)));
            assertThrows(CorruptStoreException.class, () -> large.put(key(damaged), value(3, 5)));
            for (int i = 10; i < 40; i++) {
                large.put(key(i), value(i, 20_000));
            }
            assertArrayEquals(value(3 - damaged, 20_000), large.get(key(3 - damaged)));
        });
    }

    private static boolean isRefused(final KvMap map, final int number) {
        try {
            map.get(key(number));
            return false;
        } catch (final CorruptStoreException e) {
            return true;
        }
    }

    @Test
    void aWalkDoesNotHandOutARecordOfAnotherMap() {
        load(store -> store.map("other").put(key(1), value(1, 33)));
        spoil(store -> IndexDamage.redirect(
                core(store, "m").index(),
                TestStores.recordOf(core(store, "m"), key(7)),
                dataOf(store),
                TestStores.recordOf(core(store, "other"), key(1)) - dataOf(store)));
        withStore(TestStores.options(), store -> {
            assertThrows(CorruptStoreException.class, () -> store.map("m").forEach((key, value) -> true));
            assertThrows(
                    CorruptStoreException.class, () -> store.map("m").keys().forEach(key -> {}));
        });
    }

    /** A look-up misses it, so a put makes a second entry for the key. */
    @ParameterizedTest
    @EnumSource
    void aVerifiedWalkDoesNotHandOutWhatAHiddenEntryPointsAt(final Hiding hiding) {
        load(store -> {});
        spoil(store -> {
            final HashIndex index = core(store, "m").index();
            final long record = TestStores.recordOf(core(store, "m"), key(7));
            if (hiding == Hiding.IN_ANOTHER_LINE) {
                IndexDamage.moveAway(index, record, dataOf(store), new Keys(42).hashOf(record));
            } else {
                IndexDamage.hide(index, record, dataOf(store), hiding == Hiding.BY_ITS_TAG_WORD);
            }
        });
        withStore(TestStores.options().withVerifyReads(true), store -> {
            final KvMap map = store.map("m");
            assertNull(map.get(key(7)));
            map.put(key(7), value(8, 40));
            assertThrows(
                    CorruptStoreException.class,
                    () -> map.forEach((key, value) -> {
                        if (Arrays.equals(key(7), key.toByteArray())) {
                            assertArrayEquals(value(8, 40), value.toByteArray());
                        }
                        return true;
                    }));
            assertFalse(store.verify().isSound());
        });
    }

    private enum Hiding {
        BY_ITS_TAG,
        BY_ITS_TAG_WORD,
        IN_ANOTHER_LINE
    }

    @Test
    void verifiedReadsHandOutNoDamagedValueThatIsReplacedOrRemoved() {
        load(store -> {});
        spoil(store -> {
            final long record = TestStores.recordOf(core(store, "m"), key(7));
            Memory.putByte(record + RecordHeader.BYTES + 10, (byte) ~Memory.getByte(record + RecordHeader.BYTES + 10));
        });
        withStore(TestStores.options().withVerifyReads(true), store -> {
            final KvMap map = store.map("m");
            assertThrows(CorruptStoreException.class, () -> map.getAndPut(key(7), value(8, 40)));
            assertThrows(CorruptStoreException.class, () -> map.getAndReplace(key(7), value(8, 40)));
            assertThrows(CorruptStoreException.class, () -> map.getAndDelete(key(7)));
            assertThrows(CorruptStoreException.class, () -> map.replace(key(7), value(7, 40), value(8, 40)));
            assertThrows(CorruptStoreException.class, () -> map.delete(key(7), value(7, 40)));
            assertThrows(CorruptStoreException.class, () -> map.compute(key(7), old -> old));
            assertTrue(tells(store, "fails its checksum"), "nothing was changed");
            map.put(key(7), value(8, 40));
            assertArrayEquals(value(8, 40), map.getAndPut(key(7), value(9, 40)));
            assertArrayEquals(value(9, 40), map.getAndDelete(key(7)));
            assertEquals(null, map.getAndDelete(key(7)));
            assertEquals(null, map.getAndPut(key(7), value(9, 40)));
            assertEquals(null, map.getAndReplace(key(RECORDS), value(9, 40)));
        });
    }

    @Test
    void aValueThatClaimsMoreThanThereIsIsNotCopied() {
        load(store -> {});
        spoil(store -> {
            for (int i = 0; i < 2; i++) {
                final long record = TestStores.recordOf(core(store, "m"), key(i));
                Memory.putInt(record + RecordHeader.VALUE_LENGTH_OFFSET, i == 0 ? -5 : 50_000_000);
            }
        });
        withStore(TestStores.options(), store -> {
            for (int i = 0; i < 2; i++) {
                final int number = i;
                final KvMap map = store.map("m");
                assertThrows(CorruptStoreException.class, () -> map.get(key(number)));
                assertThrows(CorruptStoreException.class, () -> map.getAndPut(key(number), value(8, 40)));
            }
        });
    }

    // ------------------------------------------------------------------------------------------------------- catalog

    private void spoilCatalog(final byte[] key, final int at) {
        spoil(store -> {
            final long place = TestStores.recordOf(store.catalog().catalog(), key) + at;
            Memory.putByte(place, (byte) (Memory.getByte(place) ^ 1));
        });
    }

    @Test
    void aCatalogRecordThatNamesAnotherMapIsTold() {
        load(store -> store.map("n").put(key(1), value(1, 10)));
        // The incarnation of n becomes that of m.
        spoilCatalog(CatalogRecord.nameKey("n".getBytes(US_ASCII)), RecordHeader.BYTES + 2);
        withStore(TestStores.options(), store -> {
            assertThrows(CorruptStoreException.class, () -> store.map("n"));
            assertThrows(CorruptStoreException.class, store::mapNames);
            assertEquals(RECORDS, store.map("m").size());
            assertFalse(store.verify().isSound());
        });
    }

    @Test
    void aCatalogRecordWithImpossibleLengthsIsTold() {
        load(store -> {});
        for (final int offset : new int[] {RecordHeader.KEY_LENGTH_OFFSET, RecordHeader.VALUE_LENGTH_OFFSET}) {
            final int[] old = new int[1];
            final byte[] key = CatalogRecord.nameKey("m".getBytes(US_ASCII));
            spoil(store -> {
                final long place = TestStores.recordOf(store.catalog().catalog(), key) + offset;
                old[0] = Memory.getShort(place);
                Memory.putShort(place, (short) 0);
            });
            withStore(TestStores.options(), store -> {
                assertThrows(CorruptStoreException.class, store::mapNames);
                assertThrows(CorruptStoreException.class, () -> store.map("m"));
                assertFalse(store.verify().isSound());
            });
            try (EngineStore store = TestStores.tiny(path)) {
                store.catalog().catalog().index().walk((page, records, count) -> {
                    for (int i = 0; i < count; i++) {
                        if (Memory.getShort(records[i] + offset) == 0) {
                            Memory.putShort(records[i] + offset, (short) old[0]);
                        }
                    }
                    return true;
                });
                assertEquals(RECORDS, store.map("m").size(), "nothing was lost by being refused");
            }
        }
    }

    @Test
    void aNameThatIsTooLongForAMapDoesNotEndSalvage() {
        load(store -> {});
        spoil(store -> {
            final long record =
                    TestStores.recordOf(store.catalog().catalog(), CatalogRecord.nameKey("m".getBytes(US_ASCII)));
            Memory.putShort(record + RecordHeader.KEY_LENGTH_OFFSET, (short) 2_000);
            final long end = RecordHeader.size(2_000, RecordHeader.valueLength(record)) - RecordHeader.TAIL_BYTES;
            final CRC32C crc = new CRC32C();
            crc.update(bytesOf(record + Integer.BYTES, (int) end - Integer.BYTES));
            Memory.putInt(record, (int) crc.getValue());
        });
        final var report = Salvage.run(
                path,
                folder.resolve("target"),
                TestStores.options(),
                Tuning.tiny(),
                Tuning.tiny().geometry());
        assertEquals(RECORDS, report.copied().get("m"), "what the name's counterpart says");
    }

    @Test
    void anIncarnationThatAMapHasIsNotGivenToAnother() {
        load(store -> {});
        for (final long next : new long[] {1, IndexIncarnations.FIRST, 1L << 40, -1}) {
            spoil(store ->
                    Memory.putLong(store.space().pool().engineArea() + Superblock.NEXT_INCARNATION_OFFSET, next));
            withStore(TestStores.options(), store -> {
                assertThrows(CorruptStoreException.class, () -> store.map("new"));
                assertEquals(RECORDS, store.map("m").size());
            });
        }
    }

    private static final class IndexIncarnations {
        static final long FIRST = org.ashlar.engine.index.IndexContext.FIRST_INCARNATION;
    }

    /** A put that split the leaf was given the leaf's own page for a child, and waited for its own lock for ever. */
    @Test
    void aLeafWhosePageCountsAsFreeIsNotGivenToItsOwnSplit() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final long leaf =
                    IndexPages.leaves(((EngineMap) map).core().index()).get(0);
            store.space().releaseUnpublishedIndexPage(leaf);
            Threads.together(1, thread -> {
                for (int i = 0; store.stats().splits() == 0; i++) {
                    map.put(key(i), new byte[i % 9]);
                }
            });
            for (int i = 0; i < map.size(); i++) {
                assertArrayEquals(new byte[i % 9], map.get(key(i)));
            }
            assertEquals(1, store.stats().quarantinedSlots());
        }
    }
}
