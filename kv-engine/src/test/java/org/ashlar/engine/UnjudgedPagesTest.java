package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Verification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After an open, records are replaced and deleted on pages that nobody has judged; who judges them later, or meanwhile, frees each place once. */
final class UnjudgedPagesTest {
    private static final int KEYS = 2_000;
    private static final int WRITERS = 2;
    private static final int ROUNDS = TestStores.LONG ? 500 : 30;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final byte[] value = new byte[100];

    @Test
    void anUpdateJudgesNoPageOfTheRecordThatItReplaces() {
        load();
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final long before = store.stats().initialisedDescriptors();
            for (int i = 0; i < KEYS; i += 50) {
                map.put(key(i), value);
            }
            final long judged = store.stats().initialisedDescriptors() - before;
            // Index pages and fresh ones, and a few of the sweep's; the 40 records lie on 40 pages of their own.
            assertTrue(judged < 40, () -> judged + " pages");
            TestStores.assertSound(store);
        }
    }

    @Test
    void whatIsReplacedAfterEachOpenIsUsedAgain() {
        load();
        int chunks = 0;
        for (int round = 0; round < 20; round++) {
            try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
                final KvMap map = store.map("m");
                for (int i = 0; i < KEYS; i++) {
                    map.put(key(i), value);
                }
                chunks = (int) store.stats().chunksByState().slots();
                TestStores.assertSound(store);
            }
        }
        // 2,000 slots of 136 bytes and what was replaced since the open fill 9 chunks of 64 KiB.
        final int used = chunks;
        assertTrue(used <= 16, () -> used + " chunks");
    }

    @Test
    void writersAndAJudgeFreeEachPlaceOnce() {
        load();
        for (int round = 0; round < ROUNDS; round++) {
            try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
                final KvMap map = store.map("m");
                Threads.together(List.of(w -> write(map, 0), w -> write(map, 1), w -> judgeAll(store)));
                for (int i = 0; i < KEYS; i++) {
                    assertArrayEquals(value, map.get(key(i)));
                }
                TestStores.assertSound(store);
            }
        }
    }

    private static void judgeAll(final EngineStore store) {
        final Verification scrub = store.verification();
        while (scrub.step(1)) {
            Thread.onSpinWait();
        }
    }

    private void write(final KvMap map, final int writer) {
        for (int i = writer; i < KEYS; i += WRITERS) {
            if (i % 3 == 0) {
                map.delete(key(i));
            }
            map.put(key(i), value);
        }
    }

    private void load() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < KEYS; i++) {
                map.put(key(i), value);
            }
        }
    }

    private static byte[] key(final int i) {
        return ("key" + i).getBytes(US_ASCII);
    }
}
