package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code sync()} waits for the device where writes do not, and does nothing elsewhere. Where it fails: {@code FailedSyncTest}. */
@Tag("simulator")
final class SyncTest {
    private static final int CHUNKS = 16;
    private static final int RECORDS = 100;
    private static final String NOTHING_PENDING = List.of().toString();

    @TempDir(factory = DiskFolder.class)
    Path folder;

    /** Notes what is done to mapped memory and asked of the device, by the one thread that there is. */
    private static final class Notes implements MemoryRecorder {
        private final List<String> notes = new ArrayList<>();

        @Override
        public void store(final long address, final long length) {
            notes.add("store");
        }

        @Override
        public void storeRelease(final long address, final long length) {
            notes.add("store");
        }

        @Override
        public void writeBack(final long address, final long length) {
            notes.add("write-back");
        }

        @Override
        public void fence() {
            notes.add("fence");
        }

        @Override
        public void rangeSyncing(final long address, final long length) {
            notes.add("sync of a range");
        }

        @Override
        public void syncing(final Path file) {
            notes.add("sync of " + file.getFileName());
        }

        @Override
        public void synced(final Path file) {
            notes.add("synced");
        }

        List<String> take() {
            final List<String> taken = List.copyOf(notes);
            notes.clear();
            return taken;
        }
    }

    @AfterEach
    void installNoRecorder() {
        RecorderHub.install(null);
    }

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static byte[] value(final int number) {
        final byte[] value = new byte[number % 4 * 30];
        new SplittableRandom(number).nextBytes(value);
        return value;
    }

    private static void fill(final KvMap map, final int from) {
        for (int i = from; i < from + RECORDS; i++) {
            map.put(key(i), value(i % RECORDS));
        }
    }

    private Store open(final Path path, final Durability durability) {
        return TinyStores.open(path, Placement.POOL, CHUNKS, durability);
    }

    @Test
    void whereWritesDoNotWaitOneCallSyncsTheFileOnce() {
        final Notes notes = new Notes();
        try (Store store = open(folder.resolve("pool"), Durability.PROCESS_CRASH)) {
            assertEquals("PROCESS_CRASH", store.durability().mechanism());
            RecorderHub.install(notes);
            fill(store.map("m"), 0);
            assertEquals(
                    List.of(),
                    notes.take().stream()
                            .filter(note -> !note.equals("store"))
                            .distinct()
                            .toList());
            for (int i = 0; i < 3; i++) {
                store.sync();
                assertEquals(List.of("sync of pool", "synced"), notes.take());
            }
        }
    }

    /** By lines, forced or not, and by syncs of pages. */
    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"WRITE_BACK_FORCED", "POWER_FAILURE"})
    void whereWritesWaitItCostsNothing(final Durability durability) {
        final Notes notes = new Notes();
        try (Store store = open(folder.resolve("pool"), durability)) {
            RecorderHub.install(notes);
            fill(store.map("m"), 0);
            assertNotEquals(
                    List.of("store"),
                    notes.take().stream().distinct().toList(),
                    "each write waits, with " + store.durability().mechanism());
            store.sync();
            assertEquals(List.of(), notes.take());
        }
    }

    @Test
    void whatWasWrittenBeforeIsThereWhenTheMachineFailsRightAfterIt() {
        final Path pool = folder.resolve("pool");
        final Path image = folder.resolve("image");
        final CrashSimulator simulator = TinyStores.simulator(pool, Placement.POOL, CHUNKS);
        simulator.persistBySync();
        RecorderHub.install(simulator);
        try (Store store = open(pool, Durability.PROCESS_CRASH)) {
            fill(store.map("m"), 0);
            assertNotEquals(NOTHING_PENDING, simulator.describePending());
            store.sync();
            assertEquals(NOTHING_PENDING, simulator.describePending());
            simulator.writeImage(image, ImageChoice.NONE, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
            checkImage(image, RECORDS);
            RecorderHub.install(simulator);
            fill(store.map("m"), RECORDS);
            simulator.writeImage(image, ImageChoice.NONE, VolatileTreatment.AS_IN_MEMORY, new SplittableRandom(1));
            checkImage(image, RECORDS); // nothing else takes the pages there: the sync did
        }
    }

    /** That an image holds so many records, and no more. */
    private void checkImage(final Path image, final int records) {
        RecorderHub.install(null);
        try (Store store = open(image, Durability.PROCESS_CRASH)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < records; i++) {
                assertArrayEquals(value(i % RECORDS), map.get(key(i)), "key " + i);
            }
            assertNull(map.get(key(records)));
            assertEquals(records, map.size());
            TestStores.assertSound(store);
        }
    }
}
