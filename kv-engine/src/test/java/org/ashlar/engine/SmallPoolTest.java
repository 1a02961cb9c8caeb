package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.StoreOptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pool of 8 MiB, four chunks, is a whole store. */
final class SmallPoolTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(8).putInt(number).array();
    }

    @ParameterizedTest
    @CsvSource({"100, 0, DRAM", "100, 0, POOL", "1000, 0, POOL", "20, 5000, POOL", "60000, 0, POOL"})
    void aboutHalfOfASmallPoolIsUserDataAndItWorksOnWhenItIsFull(
            final int size, final int otherSize, final Placement placement) {
        final StoreOptions options = StoreOptions.defaults()
                .withInitialBytes(2 << 20)
                .withMaximumBytes(8 << 20)
                .withPlacement(placement);
        final Path path = folder.resolve("pool");
        int stored = 0;
        long bytes = 0;
        try (Store store = Store.open(path, options)) {
            final KvMap map = store.map("m");
            try {
                for (; ; stored++) {
                    final int length = otherSize > 0 && stored % 2 == 1 ? otherSize : size;
                    map.put(key(stored), new byte[length]);
                    bytes += Long.BYTES + length;
                }
            } catch (final StoreFullException e) {
                assertTrue(bytes >= 3_900_000, "user bytes " + bytes);
            }
            for (int i = 0; i < stored; i += 3) {
                assertTrue(map.delete(key(i)));
            }
            for (int i = 0; i < stored; i += 6) {
                map.put(key(i), new byte[size / 2]);
            }
        }
        try (Store store = Store.open(path, options)) {
            final KvMap map = store.map("m");
            for (int i = 0; i < stored; i++) {
                final int length = otherSize > 0 && i % 2 == 1 ? otherSize : size;
                assertArrayEquals(
                        i % 6 == 0 ? new byte[size / 2] : i % 3 == 0 ? null : new byte[length], map.get(key(i)));
            }
            final KvMap second = store.map("second");
            assertThrows(StoreFullException.class, () -> second.put(key(1), new byte[8 << 20]));
            second.put(key(1), new byte[10]);
            TestStores.assertSound(store);
        }
    }
}
