package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.HashIndex;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.PoolPlaces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is missing or damaged in the catalog takes nothing with it that is there: maps without a record of theirs, an old superblock. */
final class LostWritesTest {
    private static final List<String> MAPS = List.of("first", "second", "last");
    private static final int RECORDS = 300;
    private static final int HEADER_PAGES = 2;
    private static final int PAGE = 4096;
    private static final StoreOptions OPTIONS = TestStores.options().withDurability(Durability.PROCESS_CRASH);

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    private static byte[] value(final String map, final int number) {
        return (map + number + "-".repeat(number % 60)).getBytes(US_ASCII);
    }

    private EngineStore open() {
        return EngineStore.open(folder.resolve("pool"), OPTIONS, Tuning.tiny());
    }

    /** Fills the maps, changes something, and leaves the pool as a kill would. */
    private void load(final Consumer<EngineStore> damage) {
        try (EngineStore store = open()) {
            for (int i = 0; i < RECORDS; i++) {
                for (final String map : MAPS) {
                    store.map(map).put(key(i), value(map, i));
                }
            }
            damage.accept(store);
            store.abandon();
        }
    }

    private void change(final Consumer<EngineStore> change) {
        try (EngineStore store = open()) {
            change.accept(store);
            store.abandon();
        }
    }

    private void restartMachine() {
        try {
            final Path path = folder.resolve("pool");
            final byte[] file = Files.readAllBytes(path);
            for (int copy = 0; copy < HEADER_PAGES; copy++) {
                PoolPlaces.forgeBootId(file, copy * PAGE);
            }
            Files.write(path, file);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertAllIsThere(final Store store, final List<String> maps) {
        for (final String map : maps) {
            assertEquals(RECORDS, store.map(map).size(), map);
            for (int i = 0; i < RECORDS; i++) {
                assertArrayEquals(value(map, i), store.map(map).get(key(i)), map);
            }
        }
    }

    /** Takes what is free. */
    private static void fillAnother(final Store store, final String map) {
        for (int i = 0; i < 6_000; i++) {
            store.map(map).put(key(i), value(map, i));
        }
    }

    private static void deleteFromCatalog(final EngineStore store, final byte[] key) {
        final Participant participant = store.enterForWriting();
        store.catalog().catalog().delete(participant, key, Memory.ARRAY_BASE, key.length, HashIndex.ANYTHING);
        Epochs.exit(participant);
    }

    private static int incarnationOf(final EngineStore store, final String map) {
        return ((EngineMap) store.map(map)).core().incarnation();
    }

    private static long superblockOf(final EngineStore store) {
        return store.space().pool().engineArea();
    }

    /** The record that says that there is such a map, by its name, was written back; what says whose records those are was not. */
    @Test
    void mapsWhoseSecondRecordIsLostKeepWhatTheyHold() {
        load(store -> MAPS.subList(0, 2)
                .forEach(map -> deleteFromCatalog(store, CatalogRecord.incarnationKey(incarnationOf(store, map)))));
        restartMachine();
        change(store -> {
            fillAnother(store, "another");
            assertAllIsThere(store, MAPS);
            TestStores.assertSound(store);
        });
        change(
                store -> { // and now nobody suspects anything
                    fillAnother(store, "yet another");
                    assertAllIsThere(store, MAPS);
                    TestStores.assertSound(store);
                });
    }

    /** The next map gets no number that one has. */
    @Test
    void anOldSuperblockGivesNoMapTheNumberOfAnother() {
        load(store -> {
            final long last = incarnationOf(store, "last") & 0xFFFF_FFFFL;
            deleteFromCatalog(store, CatalogRecord.incarnationKey((int) last));
            Memory.putLong(superblockOf(store) + Superblock.NEXT_INCARNATION_OFFSET, last);
        });
        restartMachine();
        change(store -> {
            fillAnother(store, "another");
            assertAllIsThere(store, MAPS);
            assertEquals(6_000, store.map("another").size());
            TestStores.assertSound(store);
        });
    }

    /** What `verify()` finds to be referred to by nothing, it frees; but not where a map may be missing. */
    @Test
    void verifyFreesNothingOfAMapWhoseRecordIsDamaged() {
        load(store -> {});
        change(store -> flipNameRecord(store, "second"));
        change(store -> {
            assertThrows(CorruptStoreException.class, () -> store.map("second"));
            assertTrue(store.verify().problems().size() > 0);
            fillAnother(store, "first");
            assertTrue(store.verify().problems().size() > 0);
            flipNameRecord(store, "second");
        });
        change(store -> assertAllIsThere(store, List.of("second", "last")));
    }

    private static void flipNameRecord(final EngineStore store, final String map) {
        final byte[] key = CatalogRecord.nameKey(map.getBytes(US_ASCII));
        final long place = TestStores.recordOf(store.catalog().catalog(), key) + RecordHeader.BYTES + key.length;
        Memory.putByte(place, (byte) (Memory.getByte(place) ^ 0x10));
    }

    /** With another seed no look-up finds anything, and so nothing is referred to. */
    @Test
    void aStoreWithADamagedSeedGivesNothingAway() {
        load(store -> {});
        change(store -> flipSeed(store));
        change(store -> {
            for (int i = 0; i < 2; i++) {
                try {
                    assertTrue(store.verify().problems().size() > 0);
                    store.compact();
                } catch (final StoreException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("seed"), e.getMessage());
                }
            }
            assertThrows(CorruptStoreException.class, () -> store.map("another"));
            flipSeed(store);
        });
        change(store -> assertAllIsThere(store, MAPS));
    }

    private static void flipSeed(final EngineStore store) {
        final long place = superblockOf(store) + Superblock.SEED_OFFSET;
        Memory.putLong(place, Memory.getLong(place) ^ 0x100);
    }
}
