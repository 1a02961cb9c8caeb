package org.ashlar.engine.typed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.VerifyReport;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.TypedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations on a typed map and on its view, each held against a {@link ConcurrentHashMap}. */
final class TypedRandomOperationsTest {
    private static final int CHUNKS = 256;
    private static final int OPERATIONS = Boolean.getBoolean("ashlar.long") ? 1_000_000 : 30_000;
    private static final int KEYS = 500;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    /** The seed in the name of the test replays it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aTypedMapDoesWhatAConcurrentHashMapDoes(final long seed) {
        final Path path = folder.resolve("pool");
        final ConcurrentMap<Integer, String> expected = new ConcurrentHashMap<>();
        try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
            final Run run = new Run(seed, typedMap(store), expected);
            for (int i = 0; i < OPERATIONS; i++) {
                run.step();
            }
            assertSame(expected, store);
        }
        try (Store store = TinyStores.open(path, Placement.POOL, CHUNKS)) {
            assertSame(expected, store);
        }
    }

    private static TypedMap<Integer, String> typedMap(final Store store) {
        return TypedMap.of(store.map("m"), Codecs.INT, Codecs.STRING);
    }

    private static void assertSame(final ConcurrentMap<Integer, String> expected, final Store store) {
        final TypedMap<Integer, String> map = typedMap(store);
        final ConcurrentMap<Integer, String> view = map.asConcurrentMap();
        assertEquals(expected.size(), map.size());
        assertEquals(expected, view);
        assertEquals(view, expected);
        assertEquals(expected.hashCode(), view.hashCode());
        assertEquals(expected.keySet(), view.keySet());
        assertEquals(expected.entrySet(), view.entrySet());
        final Map<Integer, String> visited = new HashMap<>();
        map.forEach((key, value) -> assertEquals(null, visited.put(key, value)));
        assertEquals(expected, visited);
        final Set<Integer> keys = new HashSet<>();
        map.keys().forEach(key -> assertTrue(keys.add(key)));
        assertEquals(expected.keySet(), keys);
        final VerifyReport report = store.verify();
        assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
    }

    /** The same on both sides. */
    private static final class Run {
        private final SplittableRandom random;
        private final TypedMap<Integer, String> map;
        private final ConcurrentMap<Integer, String> view;
        private final ConcurrentMap<Integer, String> expected;

        Run(final long seed, final TypedMap<Integer, String> map, final ConcurrentMap<Integer, String> expected) {
            random = new SplittableRandom(seed);
            this.map = map;
            view = map.asConcurrentMap();
            this.expected = expected;
        }

        /** Few values, so that a guess is often right; now and then one that needs pages of its own. */
        private String value() {
            final int number = random.nextInt(4);
            return random.nextInt(100) == 0 ? "long".repeat(1_000 + number) : "ä" + number;
        }

        /** What the key holds, or something else. */
        private String guess(final int key) {
            final String there = expected.get(key);
            return there == null || random.nextInt(4) == 0 ? value() : there;
        }

        void step() {
            final int key = random.nextInt(KEYS) - KEYS / 2;
            final String value = value();
            switch (random.nextInt(4)) {
                case 0 -> write(key, value);
                case 1 -> writeView(key, value);
                case 2 -> compute(key, value);
                default -> read(key, value);
            }
        }

        private void write(final int key, final String value) {
            final String guess = guess(key);
            final boolean was = expected.containsKey(key);
            switch (random.nextInt(9)) {
                case 0 -> {
                    map.put(key, value);
                    expected.put(key, value);
                }
                case 1 -> assertEquals(expected.putIfAbsent(key, value) == null, map.putIfAbsent(key, value));
                case 2 -> {
                    assertEquals(was, map.replace(key, value));
                    expected.replace(key, value);
                }
                case 3 -> assertEquals(expected.replace(key, guess, value), map.replace(key, guess, value));
                case 4 -> assertEquals(expected.remove(key) != null, map.remove(key));
                case 5 -> assertEquals(expected.remove(key, guess), map.remove(key, guess));
                case 6 -> assertEquals(expected.put(key, value), map.getAndPut(key, value));
                case 7 -> assertEquals(expected.replace(key, value), map.getAndReplace(key, value));
                default -> assertEquals(expected.remove(key), map.getAndRemove(key));
            }
        }

        private void writeView(final int key, final String value) {
            final String guess = guess(key);
            switch (random.nextInt(9)) {
                case 0 -> assertEquals(expected.put(key, value), view.put(key, value));
                case 1 -> assertEquals(expected.putIfAbsent(key, value), view.putIfAbsent(key, value));
                case 2 -> assertEquals(expected.replace(key, value), view.replace(key, value));
                case 3 -> assertEquals(expected.replace(key, guess, value), view.replace(key, guess, value));
                case 4 -> assertEquals(expected.remove(key), view.remove(key));
                case 5 -> assertEquals(expected.remove(key, guess), view.remove(key, guess));
                case 6 ->
                    assertEquals(expected.keySet().remove(key), view.keySet().remove(key));
                case 7 -> {
                    final Map.Entry<Integer, String> entry = Map.entry(key, guess);
                    assertEquals(
                            expected.entrySet().remove(entry), view.entrySet().remove(entry));
                }
                default -> {
                    if (random.nextInt(200) == 0) {
                        removeMany(value);
                    }
                }
            }
        }

        private void removeMany(final String value) {
            switch (random.nextInt(4)) {
                case 0 ->
                    assertEquals(
                            expected.values().removeAll(List.of(value)),
                            view.values().removeAll(List.of(value)));
                case 1 -> {
                    final int rest = random.nextInt(3);
                    expected.keySet().removeIf(key -> Math.floorMod(key, 3) == rest);
                    view.keySet().removeIf(key -> Math.floorMod(key, 3) == rest);
                }
                case 2 -> {
                    expected.replaceAll((key, there) -> there.length() > 10 ? there : there + "x");
                    view.replaceAll((key, there) -> there.length() > 10 ? there : there + "x");
                }
                default -> {
                    final long before = expected.size();
                    expected.entrySet().removeIf(entry -> entry.getKey() > 200);
                    assertEquals(before - expected.size(), map.removeIf((key, there) -> key > 200));
                }
            }
        }

        private void compute(final int key, final String value) {
            switch (random.nextInt(6)) {
                case 0 ->
                    assertEquals(
                            expected.compute(key, (k, v) -> next(k, v, value)),
                            map.compute(key, (k, v) -> next(k, v, value)));
                case 1 ->
                    assertEquals(
                            expected.computeIfPresent(key, (k, v) -> next(k, v, value)),
                            view.computeIfPresent(key, (k, v) -> next(k, v, value)));
                case 2 -> assertEquals(expected.computeIfAbsent(key, k -> value), map.computeIfAbsent(key, k -> value));
                case 3 ->
                    assertEquals(
                            expected.merge(key, value, (a, b) -> next(key, a, b)),
                            map.merge(key, value, (a, b) -> next(key, a, b)));
                case 4 ->
                    assertEquals(
                            expected.compute(key, (k, v) -> next(k, v, value)),
                            view.compute(key, (k, v) -> next(k, v, value)));
                default ->
                    assertEquals(
                            expected.merge(key, value, (a, b) -> next(key, a, b)),
                            view.merge(key, value, (a, b) -> next(key, a, b)));
            }
        }

        /** Now and then nothing; for the same arguments the same. */
        private static @Nullable String next(final int key, final @Nullable String there, final String value) {
            final int chance = Math.floorMod(Objects.hash(key, there, value), 5);
            return chance == 0 ? null : chance == 1 && there != null ? there : value;
        }

        private void read(final int key, final String value) {
            switch (random.nextInt(5)) {
                case 0 -> assertEquals(expected.get(key), map.get(key));
                case 1 -> assertEquals(expected.getOrDefault(key, value), map.getOrDefault(key, value));
                case 2 -> assertEquals(expected.containsKey(key), map.containsKey(key));
                case 3 -> assertEquals(expected.getOrDefault(key, value), view.getOrDefault(key, value));
                default -> assertEquals(expected.size(), map.size());
            }
        }
    }
}
