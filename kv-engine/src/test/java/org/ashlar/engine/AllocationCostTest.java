package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.RecorderHub;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one put does at most, whatever became of the space that its size class once had; counted in stores, not in time. */
@Tag("simulator")
final class AllocationCostTest {
    private static final int RECORDS = 9_000;
    private static final int RECORD_BYTES = 1_000; // three in a page of 4 KiB
    private static final int OTHER_BYTES = 300;
    private static final int MOST_STORES = 2_000;
    private static final long PAGE = 4096;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** Counts stores to mapped memory by any thread: there is one. */
    private static final class StoreCounter implements MemoryRecorder {
        private long stores;

        @Override
        public void store(final long address, final long length) {
            stores++;
        }

        @Override
        public void storeRelease(final long address, final long length) {
            stores++;
        }

        @Override
        public void writeBack(final long address, final long length) {}

        @Override
        public void fence() {}
    }

    @AfterEach
    void installNoRecorder() {
        RecorderHub.install(null);
    }

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static long storesOf(final Runnable operation) {
        final StoreCounter counter = new StoreCounter();
        RecorderHub.install(counter);
        operation.run();
        RecorderHub.install(null);
        return counter.stores;
    }

    /** All pages of a class were listed, as they had room, and then became another class's. */
    @Test
    void aPutLooksAtFewOfThePagesThatWereListedAndAreAnothersByNow() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), new byte[RECORD_BYTES]);
            }
            final long used = store.stats().chunks();
            for (int i = 0; i < RECORDS; i++) {
                map.delete(key(i));
            }
            for (int i = 0; i < RECORDS * 3; i++) {
                map.put(key(i), new byte[OTHER_BYTES]);
            }
            assertTrue(store.stats().chunks() <= used + 2, "the pages serve the other class");
            long most = 0;
            for (int i = 0; i < 50; i++) {
                final int number = RECORDS * 3 + i;
                most = Math.max(most, storesOf(() -> map.put(key(number), new byte[RECORD_BYTES])));
            }
            final long stores = most;
            assertTrue(stores < MOST_STORES, () -> stores + " stores by one put");
            TestStores.assertSound(store);
        }
    }

    /** Behind more pages that are another class's than an allocation looks at, there is one with room: where nothing else has any,
     * an allocation finds it. */
    @Test
    void aFullStoreFindsTheLastPageWithRoom() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), new byte[RECORD_BYTES]);
            }
            final MapCore core = ((EngineMap) map).core();
            final Set<Long> listed = new HashSet<>();
            // The page of the first record is listed first, and so is the last of the list.
            for (int i = 1; i < RECORDS; i++) {
                listed.add(TestStores.recordOf(core, key(i)) / PAGE);
                map.delete(key(i));
            }
            final Participant participant = store.enterForWriting();
            listed.retainAll(allocateAll(store, participant, OTHER_BYTES));
            assertTrue(listed.size() > 1_000, () -> listed.size() + " pages are the other class's by now");
            final Set<Long> pages = allocateAll(store, participant, RECORD_BYTES);
            Epochs.exit(participant);
            final long page = TestStores.recordOf(core, key(0)) / PAGE;
            assertTrue(pages.contains(page), "the page of the record that is left has room for two more");
        }
    }

    /** Pages with room that are still listed where the class is that had them before: a full store brings them to their class. */
    @Test
    void aFullStoreFindsRoomInPagesThatAnotherClassHasListed() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), new byte[RECORD_BYTES]);
            }
            for (int i = 0; i < RECORDS; i++) {
                map.delete(key(i));
            }
            final int stored = putUntilFull(map, 0);
            int deleted = 0;
            for (int i = 0; i < stored; i += 3) {
                deleted += map.delete(key(i)) ? 1 : 0;
            }
            final int again = putUntilFull(map, stored);
            final int room = deleted;
            assertTrue(again > room * 9 / 10, () -> again + " puts where " + room + " records were deleted");
            TestStores.assertSound(store);
        }
    }

    /** The clock is looked at after each record that is moved: in a JVM that has compiled nothing yet, a page of them takes milliseconds. */
    @Test
    void aPutWithoutTimeMovesOneRecordOfOthers() {
        final Tuning noTime = new Tuning(Tuning.tiny().geometry(), 42, 0);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), TestStores.options(), noTime)) {
            final KvMap map = store.map("m");
            final MapCore core = ((EngineMap) map).core();
            for (int i = 0; i < RECORDS; i++) {
                map.put(key(i), new byte[OTHER_BYTES]);
            }
            final Map<Integer, Long> places = new HashMap<>();
            for (int i = 0; i < RECORDS; i++) {
                if (i % 5 == 0) {
                    places.put(i, TestStores.recordOf(core, key(i)));
                } else {
                    map.delete(key(i));
                }
            }
            int all = 0;
            for (int i = 0; i < RECORDS / 2; i++) {
                map.put(key(RECORDS + i), new byte[RECORD_BYTES]);
                int moved = 0;
                for (final Map.Entry<Integer, Long> place : places.entrySet()) {
                    final long now = TestStores.recordOf(core, key(place.getKey()));
                    moved += place.setValue(now) == now ? 0 : 1;
                }
                assertTrue(moved <= 1, "one put moves few records");
                all += moved;
            }
            final int moved = all;
            assertTrue(moved > 100, () -> moved + " records were moved by all puts");
            TestStores.assertSound(store);
        }
    }

    private static int putUntilFull(final KvMap map, final int first) {
        int number = first;
        try {
            while (true) {
                map.put(key(number), new byte[OTHER_BYTES]);
                number++;
            }
        } catch (final StoreFullException e) {
            return number - first;
        }
    }

    /** Takes places for records until the store is full, and returns their pages. Not by puts, which would make room. */
    private static Set<Long> allocateAll(final EngineStore store, final Participant participant, final int bytes) {
        final Set<Long> pages = new HashSet<>();
        try {
            while (true) {
                pages.add(store.space().allocateRecord(participant, bytes) / PAGE);
            }
        } catch (final StoreFullException e) {
            return pages;
        }
    }
}
