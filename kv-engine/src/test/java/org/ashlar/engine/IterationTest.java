package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Iterations beside writers. */
final class IterationTest {
    private static final int ROUNDS = 20_000;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** A key that is removed and put again may get another entry of its page, where the iteration has not looked yet. */
    @Test
    void aKeyThatComesBackElsewhereInItsPageIsSeenOnce() throws InterruptedException {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 100; i++) {
                map.put(new byte[] {(byte) i}, new byte[8]);
            }
            final AtomicBoolean ends = new AtomicBoolean();
            final Thread writer = new Thread(() -> {
                for (int i = 0; !ends.get(); i++) {
                    final byte[] one = {(byte) (i % 50)};
                    final byte[] other = {(byte) (50 + i % 47)};
                    map.delete(one);
                    map.delete(other);
                    map.put(other, new byte[8]);
                    map.put(one, new byte[8]);
                }
            });
            writer.start();
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    final Set<Byte> seen = new HashSet<>();
                    map.forEach((key, value) -> {
                        assertTrue(seen.add(key.getByte(0)), () -> "twice: " + key.getByte(0));
                        return true;
                    });
                }
            } finally {
                ends.set(true);
                writer.join();
            }
            TestStores.assertSound(store);
        }
    }
}
