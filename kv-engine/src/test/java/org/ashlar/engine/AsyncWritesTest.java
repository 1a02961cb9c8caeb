package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MediaErrorException;
import org.ashlar.kv.ReadOnlyStoreException;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.FailingSyncs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Writes whose callers do not wait: whole, in order, durable when they say so, and with their errors. */
@Isolated("one test lets a sync fail, in whichever pool it comes up")
final class AsyncWritesTest {
    private static final int WAIT_SECONDS = 120;

    @TempDir(factory = DiskFolder.class)
    Path folder;

    private static StoreOptions options(final Durability durability) {
        return StoreOptions.defaults()
                .withMaximumBytes(16 << 20)
                .withBackgroundWork(false)
                .withDurability(durability);
    }

    private EngineStore open(final Durability durability) {
        return EngineStore.open(folder.resolve("pool"), options(durability), Tuning.tiny());
    }

    private static byte[] bytes(final int number) {
        return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void writesOfAKeyHappenInTheirOrderAndTheirArraysAreTheCallersAgain() throws Exception {
        final int keys = 150;
        final int rounds = 6;
        try (EngineStore store = open(Durability.POWER_FAILURE)) {
            assertEquals("MSYNC", store.durability().mechanism());
            final KvMap map = store.map("m");
            final List<CompletableFuture<Void>> puts = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                for (int i = 0; i < keys; i++) {
                    final byte[] key = bytes(i);
                    final byte[] value = bytes(i * round);
                    puts.add(map.putAsync(key, value));
                    Arrays.fill(key, (byte) '!');
                    Arrays.fill(value, (byte) '!');
                }
            }
            final CompletableFuture<Boolean> gone = map.deleteAsync(bytes(3));
            final CompletableFuture<Boolean> neverThere = map.deleteAsync(bytes(keys + 3));
            CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(WAIT_SECONDS, TimeUnit.SECONDS);
            assertTrue(gone.get(WAIT_SECONDS, TimeUnit.SECONDS));
            assertEquals(false, neverThere.get(WAIT_SECONDS, TimeUnit.SECONDS));
            for (int i = 0; i < keys; i++) {
                assertArrayEquals(i == 3 ? null : bytes(i * rounds), map.get(bytes(i)));
            }
            TestStores.assertSound(store);
        }
    }

    @Test
    void closeWaitsForWhatWasTakenAndNothingIsTakenAfterwards() throws Exception {
        final List<CompletableFuture<Void>> puts = new ArrayList<>();
        final EngineStore store = open(Durability.POWER_FAILURE);
        final KvMap map = store.map("m");
        for (int i = 0; i < 300; i++) {
            puts.add(map.putAsync(bytes(i), bytes(i)));
        }
        store.close();
        assertThrows(StoreClosedException.class, () -> map.putAsync(bytes(1), bytes(1)));
        assertThrows(StoreClosedException.class, () -> map.deleteAsync(bytes(1)));
        try (EngineStore again = open(Durability.POWER_FAILURE)) {
            for (int i = 0; i < puts.size(); i++) {
                assertNull(puts.get(i).get(WAIT_SECONDS, TimeUnit.SECONDS));
                assertArrayEquals(bytes(i), again.map("m").get(bytes(i)));
            }
        }
    }

    @Test
    void aWriteThatFailsTellsItsFuture() throws Exception {
        try (EngineStore store = open(Durability.POWER_FAILURE)) {
            final KvMap map = store.map("m");
            final CompletableFuture<Void> tooLarge = map.putAsync(bytes(1), new byte[32 << 20]);
            assertInstanceOf(StoreFullException.class, causeOf(tooLarge));
            assertThrows(IllegalArgumentException.class, () -> map.putAsync(new byte[70_000], bytes(1)));
            map.put(bytes(1), bytes(1));
        }
        final StoreOptions readOnly = options(Durability.BEST).withReadOnly(true);
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), readOnly, Tuning.tiny())) {
            final KvMap map = store.map("m");
            assertThrows(ReadOnlyStoreException.class, () -> map.putAsync(bytes(1), bytes(2)));
            assertThrows(ReadOnlyStoreException.class, () -> map.deleteAsync(bytes(1)));
        }
    }

    @Test
    void afterAFailedSyncNoWriteIsAcknowledged() throws Exception {
        final EngineStore store = open(Durability.POWER_FAILURE);
        final KvMap map = store.map("m");
        try (FailingSyncs failing = FailingSyncs.failOnce(3)) {
            assertNotNull(failing);
            final List<CompletableFuture<Void>> puts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                puts.add(map.putAsync(bytes(i), bytes(i)));
            }
            assertInstanceOf(MediaErrorException.class, causeOf(puts.get(puts.size() - 1)));
        }
        assertInstanceOf(MediaErrorException.class, causeOf(map.putAsync(bytes(1), bytes(1))));
        assertThrows(MediaErrorException.class, store::close);
    }

    private static Throwable causeOf(final CompletableFuture<?> future) {
        final ExecutionException e =
                assertThrows(ExecutionException.class, () -> future.get(WAIT_SECONDS, TimeUnit.SECONDS));
        return e.getCause() == null ? e : e.getCause();
    }

    @Test
    void userCodeMayWaitForAnAsynchronousWriteOfItsOwnKeyAndOfAnotherMap() {
        try (EngineStore store = open(Durability.POWER_FAILURE)) {
            final KvMap map = store.map("m");
            final KvMap other = store.map("other");
            map.put(bytes(1), 1, slot -> {
                map.putAsync(bytes(1), bytes(2)).join();
                other.putAsync(bytes(1), bytes(3)).join();
                slot.putByte(0, map.readLong(bytes(1), view -> view.getByte(0), -1) == '2' ? (byte) '4' : (byte) 0);
            });
            assertArrayEquals(bytes(4), map.get(bytes(1)));
            assertArrayEquals(bytes(3), other.get(bytes(1)));
            final int[] runs = {0};
            map.compute(bytes(1), before -> {
                if (runs[0]++ == 0) {
                    map.putAsync(bytes(1), bytes(5)).join();
                    assertTrue(other.deleteAsync(bytes(1)).join());
                }
                return bytes(6);
            });
            assertEquals(2, runs[0], "the value was another one meanwhile");
            assertArrayEquals(bytes(6), map.get(bytes(1)));
            assertNull(other.get(bytes(1)));
            final CompletableFuture<byte[]> then =
                    map.putAsync(bytes(7), bytes(7)).thenApply(nothing -> map.getAndPut(bytes(7), bytes(8)));
            assertArrayEquals(bytes(7), then.join());
            TestStores.assertSound(store);
        }
    }

    @Test
    void whereAWriteDoesNotWaitForTheDeviceItIsDoneOnReturn() throws Exception {
        try (EngineStore store = open(Durability.PROCESS_CRASH)) {
            final KvMap map = store.map("m");
            assertTrue(map.putAsync(bytes(1), bytes(2)).isDone());
            assertArrayEquals(bytes(2), map.get(bytes(1)));
            assertTrue(map.deleteAsync(bytes(1)).get(0, TimeUnit.SECONDS));
            store.sync();
        }
    }
}
