package org.ashlar.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.MapExistsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maps that get another name: the same map, for every handle, before and after a restart. Crashes of it: {@code EngineCrashTest}. */
final class RenamedMapsTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return Integer.toString(number).getBytes(US_ASCII);
    }

    @Test
    void aRenamedMapIsTheSameInEveryHandleAndAfterARestart() {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.tiny(path)) {
            final KvMap map = store.map("before");
            for (int i = 0; i < 1_000; i++) {
                map.put(key(i), key(i));
            }
            assertTrue(store.renameMap("before", "after"));
            assertEquals(Set.of("after"), store.mapNames());
            assertEquals("after", map.name());
            for (int i = 1_000; i < 3_000; i++) { // splits, and a directory that gets another root
                map.put(key(i), key(i));
            }
            assertEquals(3_000, store.map("after").size());
            final KvMap other = store.map("before");
            assertEquals(0, other.size());
            other.put(key(1), key(7));
            assertArrayEquals(key(1), map.get(key(1)));
            assertTrue(store.dropMap("before"));
            TestStores.assertSound(store);
        }
        final EngineStore killed = TestStores.tiny(path);
        assertEquals(3_000, killed.map("after").size());
        assertTrue(killed.renameMap("after", "a much longer name than it had before"));
        killed.abandon();
        try (EngineStore store = TestStores.tiny(path)) {
            assertEquals(Set.of("a much longer name than it had before"), store.mapNames());
            final KvMap map = store.map("a much longer name than it had before");
            assertEquals(3_000, map.size());
            for (int i = 0; i < 3_000; i++) {
                assertArrayEquals(key(i), map.get(key(i)));
            }
            TestStores.assertSound(store);
            assertTrue(store.dropMap(map.name()));
            assertThrows(MapDroppedException.class, () -> map.get(key(1)));
            assertEquals(Set.of(), store.mapNames());
            TestStores.assertSound(store);
        }
    }

    @Test
    void aNameThatIsTakenAndAMapThatIsNotThereChangeNothing() {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap a = store.map("a");
            final KvMap b = store.map("b");
            a.put(key(1), key(10));
            b.put(key(1), key(20));
            assertThrows(MapExistsException.class, () -> store.renameMap("a", "b"));
            assertThrows(MapExistsException.class, () -> store.renameMap("a", "a"));
            assertFalse(store.renameMap("c", "d"));
            assertThrows(IllegalArgumentException.class, () -> store.renameMap("a", ""));
            assertEquals(Set.of("a", "b"), store.mapNames());
            assertArrayEquals(key(10), a.get(key(1)));
            assertArrayEquals(key(20), b.get(key(1)));
            TestStores.assertSound(store);
        }
    }

    @Test
    void writersAndReadersNoticeNothing() throws InterruptedException {
        final int records = 4_000;
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m0");
            final AtomicInteger written = new AtomicInteger();
            final AtomicBoolean lost = new AtomicBoolean();
            final Thread writer = new Thread(() -> {
                for (int i = 0; i < records; i++) {
                    map.put(key(i), key(i)); // grows the directory while the root moves
                    written.set(i + 1);
                }
            });
            final Thread reader = new Thread(() -> {
                for (int i = 0; written.get() < records; i++) {
                    final int n = written.get();
                    lost.compareAndSet(false, n > 0 && map.get(key(i % n)) == null);
                }
            });
            writer.start();
            reader.start();
            int renames = 0;
            while (writer.isAlive()) {
                assertTrue(store.renameMap("m" + renames, "m" + ++renames));
                assertEquals(1, store.mapNames().size());
            }
            writer.join();
            reader.join();
            assertFalse(lost.get(), "a key was gone for a moment");
            assertEquals("m" + renames, map.name());
            assertEquals(records, map.size());
            assertNull(map.get(key(records)));
            TestStores.assertSound(store);
        }
    }

    @Test
    void whoListsTheMapsMeanwhileSeesItUnderOneOfItsNames() {
        final int renames = TestStores.LONG ? 20_000 : 1_000;
        final Set<Set<String>> allowed = Set.of(Set.of("a"), Set.of("a name that is longer"));
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("a");
            map.put(key(1), key(10));
            final AtomicBoolean ends = new AtomicBoolean();
            Threads.together(List.of(
                    thread -> {
                        try {
                            for (int i = 0; i < renames / 2; i++) {
                                assertTrue(store.renameMap("a", "a name that is longer"));
                                assertTrue(store.renameMap("a name that is longer", "a"));
                            }
                        } finally {
                            ends.set(true);
                        }
                    },
                    thread -> {
                        while (!ends.get()) {
                            final Set<String> names = store.mapNames();
                            assertTrue(allowed.contains(names), () -> "names: " + names);
                        }
                    },
                    thread -> {
                        while (!ends.get()) {
                            assertArrayEquals(key(10), map.get(key(1)));
                            assertEquals(1, map.size());
                            assertTrue(allowed.contains(Set.of(map.name())));
                        }
                    }));
            TestStores.assertSound(store);
        }
    }
}
