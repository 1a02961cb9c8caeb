package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.FailingSyncs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that cannot write what {@code msync} asks it to, under a store that promises to survive a power failure. */
@Isolated("the failing sync may come up in any pool")
final class FailedSyncTest {
    private static final StoreOptions OPTIONS = StoreOptions.defaults()
            .withMaximumBytes(16 << 20)
            .withBackgroundWork(false)
            .withDurability(Durability.POWER_FAILURE);

    @TempDir(factory = DiskFolder.class)
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 40, 150})
    void aFailedSyncFailsTheStoreForGoodAndNothingAcknowledgedIsLost(final int after) {
        final Path path = folder.resolve("pool");
        final Map<String, byte[]> acknowledged = new HashMap<>();
        final EngineStore store = EngineStore.open(path, OPTIONS, Tuning.tiny());
        assertEquals("MSYNC", store.durability().mechanism());
        final KvMap map = store.map("m");
        putSome(map, acknowledged, 0);
        try (FailingSyncs failing = FailingSyncs.failOnce(after)) {
            assertNotNull(failing);
            final MediaErrorException first =
                    assertThrows(MediaErrorException.class, () -> putSome(map, acknowledged, 50));
            assertTrue(String.valueOf(first.getMessage()).contains("EIO"), first.getMessage());
        }
        // The device may be well again: what the kernel dropped meanwhile is not.
        final byte[] key = "late".getBytes(StandardCharsets.UTF_8);
        assertThrows(MediaErrorException.class, () -> map.put(key, key));
        acknowledged.remove("0"); // a delete that failed may have happened or not
        assertThrows(MediaErrorException.class, () -> map.delete("0".getBytes(StandardCharsets.UTF_8)));
        assertThrows(StoreException.class, store::close);

        try (EngineStore again = EngineStore.open(path, OPTIONS, Tuning.tiny())) {
            final KvMap found = again.map("m");
            acknowledged.forEach(
                    (name, value) -> assertArrayEquals(value, found.get(name.getBytes(StandardCharsets.UTF_8)), name));
            TestStores.assertSound(again);
        }
    }

    /** Where writes do not wait for the device, {@code sync()} alone can tell; nothing is promised from then on, so nothing is taken. */
    @Test
    void aSyncThatFailsWhereWritesDoNotWaitFailsTheStoreForGoodToo() {
        final Path path = folder.resolve("pool");
        final StoreOptions options = OPTIONS.withDurability(Durability.PROCESS_CRASH);
        final Map<String, byte[]> stored = new HashMap<>();
        final EngineStore store = EngineStore.open(path, options, Tuning.tiny());
        final KvMap map = store.map("m");
        putSome(map, stored, 0);
        try (FailingSyncs failing = FailingSyncs.failOnce(1)) {
            assertNotNull(failing);
            store.sync();
            final MediaErrorException first = assertThrows(MediaErrorException.class, store::sync);
            assertTrue(String.valueOf(first.getMessage()).contains("EIO"), first.getMessage());
        }
        assertThrows(MediaErrorException.class, store::sync);
        final byte[] key = "late".getBytes(StandardCharsets.UTF_8);
        assertThrows(MediaErrorException.class, () -> map.put(key, key));
        stored.remove("0"); // a delete that failed may have happened or not
        assertThrows(MediaErrorException.class, () -> map.delete("0".getBytes(StandardCharsets.UTF_8)));
        assertThrows(StoreException.class, store::close);

        try (EngineStore again = EngineStore.open(path, options, Tuning.tiny())) {
            final KvMap found = again.map("m");
            stored.forEach(
                    (name, value) -> assertArrayEquals(value, found.get(name.getBytes(StandardCharsets.UTF_8)), name));
            TestStores.assertSound(again);
        }
    }

    private static void putSome(final KvMap map, final Map<String, byte[]> acknowledged, final int from) {
        for (int i = from; i < from + 100; i++) {
            final byte[] value = new byte[20 + i];
            map.put(Integer.toString(i).getBytes(StandardCharsets.UTF_8), value);
            acknowledged.put(Integer.toString(i), value);
        }
    }
}
