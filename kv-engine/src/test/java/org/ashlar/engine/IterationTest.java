package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
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

    /** By each way to iterate, beside splits and doublings of the directory, and while records are moved from place to place. */
    @Test
    void entriesThatStayAreSeenOnceWhileTheIndexGrowsAndRecordsMove() {
        final int stay = 500;
        final int[] keys = TinyStores.collidingKeys(6_000, 500, 6, IterationTest::key).stream()
                .mapToInt(Integer::intValue)
                .toArray();
        for (int round = 0; round < (TestStores.LONG ? 20 : 2); round++) {
            try (EngineStore store = TestStores.roomy(folder.resolve("pool-" + round))) {
                final KvMap map = store.map("m");
                for (int i = 0; i < stay; i++) {
                    map.put(key(keys[i]), value(keys[i]));
                }
                final Map<Integer, Long> first = placesOf(map, stay, keys);
                final AtomicBoolean ends = new AtomicBoolean();
                final AtomicLong walks = new AtomicLong();
                Threads.together(List.of(
                        thread -> {
                            try {
                                grow(store, keys, stay, walks, ends);
                            } finally {
                                ends.set(true);
                            }
                        },
                        thread -> {
                            try {
                                walk(map, ends, walks, keys, stay);
                            } finally {
                                ends.set(true); // nobody is to wait for another walk
                            }
                        }));
                final long leaves = map.size() / 441;
                assertTrue(store.stats().splits() >= leaves, () -> store.stats().toString());
                final Map<Integer, Long> last = placesOf(map, stay, keys);
                final long moved = first.keySet().stream()
                        .filter(key -> !Objects.equals(first.get(key), last.get(key)))
                        .count();
                assertTrue(moved > stay / 2, "moved: " + moved);
                TestStores.assertSound(store);
            }
        }
    }

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private static byte[] value(final int number) {
        return ByteBuffer.allocate(40 + number % 50).putInt(number).array();
    }

    private static Map<Integer, Long> placesOf(final KvMap map, final int stay, final int[] keys) {
        final Map<Integer, Long> places = new HashMap<>();
        for (int i = 0; i < stay; i++) {
            places.put(keys[i], map.read(key(keys[i]), DirectBuffer::addressOffset));
        }
        return places;
    }

    /** Keys come one after the other; what lies beside those that stay goes, so that these are moved together, again and again. */
    private static void grow(
            final EngineStore store,
            final int[] keys,
            final int stay,
            final AtomicLong walks,
            final AtomicBoolean ends) {
        final KvMap map = store.map("m");
        final KvMap gone = store.map("gone");
        final int steps = 12;
        final int each = (keys.length - stay) / steps;
        for (int step = 0; step < steps; step++) {
            for (int i = stay + step * each; i < stay + (step + 1) * each; i++) {
                gone.put(key(keys[i]), value(keys[i]));
                map.put(key(keys[i]), value(keys[i]));
            }
            gone.clear();
            for (int i = stay; step % 3 == 1 && i < stay + step * each; i += 2) {
                map.delete(key(keys[i]));
            }
            store.compact();
            final long seen = walks.get();
            while (walks.get() < seen + 2 && !ends.get()) {
                Thread.onSpinWait(); // at least one walk has begun and ended since
            }
        }
    }

    private static void walk(
            final KvMap map, final AtomicBoolean ends, final AtomicLong walks, final int[] keys, final int stay) {
        final Set<Integer> staying = new HashSet<>();
        for (int i = 0; i < stay; i++) {
            staying.add(keys[i]);
        }
        while (!ends.get()) {
            final Set<Integer> visited = new HashSet<>();
            map.forEach((key, value) -> {
                assertArrayEquals(value(key.getInt(0, ByteOrder.BIG_ENDIAN)), value.toByteArray());
                assertTrue(visited.add(key.getInt(0, ByteOrder.BIG_ENDIAN)), "visited twice");
                return true;
            });
            final Set<Integer> copied = new HashSet<>();
            map.keys().forEach(key -> assertTrue(copied.add(ByteBuffer.wrap(key).getInt()), "a key twice"));
            final Set<Integer> read = new HashSet<>();
            map.entries().forEach(entry -> {
                final int number = ByteBuffer.wrap(entry.key()).getInt();
                assertArrayEquals(value(number), entry.value());
                assertTrue(read.add(number), "an entry twice");
            });
            final Set<Integer> values = new HashSet<>();
            map.values()
                    .forEach(value ->
                            assertTrue(values.add(ByteBuffer.wrap(value).getInt()), "a value twice"));
            for (final Set<Integer> seen : List.of(visited, copied, read, values)) {
                assertTrue(seen.containsAll(staying), () -> "missed " + minus(staying, seen));
            }
            walks.incrementAndGet();
        }
    }

    private static Set<Integer> minus(final Set<Integer> all, final Set<Integer> some) {
        final Set<Integer> rest = new HashSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
