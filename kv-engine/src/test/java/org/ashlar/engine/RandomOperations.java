package org.ashlar.engine;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.MapDroppedException;
import org.ashlar.kv.Store;
import org.ashlar.kv.ValueView;
import org.jspecify.annotations.Nullable;

/** Random operations on several maps of a store, each held against a {@link HashMap}. */
final class RandomOperations {
    private static final int GONE_ONE_IN = 400;

    private final SplittableRandom random;
    private final String[] names;
    private final int keys;
    private final int largestValue;
    private final Map<String, Map<Integer, Value>> oracle = new HashMap<>();

    /** What a key holds: the bytes follow from these. */
    private record Value(long seed, int length) {
        byte[] bytes() {
            final byte[] bytes = new byte[length];
            new SplittableRandom(seed).nextBytes(bytes);
            return bytes;
        }
    }

    RandomOperations(final long seed, final int maps, final int keys, final int largestValue) {
        random = new SplittableRandom(seed);
        this.keys = keys;
        this.largestValue = largestValue;
        names = new String[maps];
        for (int i = 0; i < maps; i++) {
            names[i] = "map-" + i;
            oracle.put(names[i], new HashMap<>());
        }
    }

    /** Keys of all lengths from none on; few are long, and some differ in their last byte only. */
    static byte[] key(final int number) {
        if (number == 0) {
            return new byte[0];
        }
        final int length = number % 101 == 0 ? 4 + number * 7 % 3000 : 4 + number % 30;
        final ByteBuffer key = ByteBuffer.allocate(length);
        return key.putInt(length - Integer.BYTES, number).array();
    }

    private static int numberOf(final byte[] key) {
        return key.length == 0 ? 0 : ByteBuffer.wrap(key).getInt(key.length - Integer.BYTES);
    }

    private Map<Integer, Value> expected(final String name) {
        return Objects.requireNonNull(oracle.get(name));
    }

    private int valueLength() {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> random.nextInt(largestValue + 1);
            case 2, 3 -> random.nextInt(Math.min(largestValue, 10_000) + 1);
            case 4, 5, 6 -> random.nextInt(1000);
            default -> random.nextInt(120);
        };
    }

    void run(final Store store, final int operations, final int deletesInTen) {
        for (int i = 0; i < operations; i++) {
            final String name = names[random.nextInt(names.length)];
            if (random.nextInt(GONE_ONE_IN) == 0) {
                changeMap(store, name);
            }
            step(store.map(name), expected(name), random.nextInt(keys), deletesInTen);
        }
    }

    /** Something that happens to a whole map, or to the store. */
    private void changeMap(final Store store, final String name) {
        final Map<Integer, Value> expected = expected(name);
        final KvMap before = store.map(name);
        switch (random.nextInt(6)) {
            case 0 -> {
                before.clear();
                expected.clear();
            }
            case 1 -> {
                assertEquals(true, store.dropMap(name), "drop");
                assertFalse(store.dropMap(name), "drop again");
                assertThrows(MapDroppedException.class, before::size);
                expected.clear();
            }
            case 2 -> { // away and back: the handle stays good
                assertEquals(true, store.renameMap(name, name + "'"), "rename");
                assertFalse(store.mapNames().contains(name), "the old name");
                assertEquals(true, store.mapNames().contains(name + "'"), "the new name");
                assertEquals(expected.size(), before.size());
                assertEquals(true, store.renameMap(before.name(), name), "rename back");
            }
            case 3 -> removeByIterator(before, expected);
            case 4 -> assertEquals(true, store.compact() >= 0);
            default -> store.sync();
        }
        assertEquals(expected.size(), store.map(name).size(), "size");
        assertEquals(Set.of(), difference(store.mapNames(), Set.of(names)), "names that nobody gave");
    }

    private static Set<String> difference(final Set<String> all, final Set<String> some) {
        final Set<String> rest = new HashSet<>(all);
        rest.removeAll(some);
        return rest;
    }

    private void removeByIterator(final KvMap map, final Map<Integer, Value> expected) {
        int left = random.nextInt(50);
        for (final Iterator<byte[]> all = map.keys().iterator(); all.hasNext() && left > 0; left--) {
            final int number = numberOf(all.next());
            if (random.nextInt(3) == 0) {
                all.remove();
                assertNotNull(expected.remove(number), "a key that is not there");
            }
        }
    }

    private void step(final KvMap map, final Map<Integer, Value> expected, final int number, final int deletesInTen) {
        final byte[] key = key(number);
        final boolean present = expected.containsKey(number);
        final Value value = new Value(random.nextLong(), valueLength());
        if (random.nextInt(10) < deletesInTen) {
            assertEquals(expected.remove(number) != null, deleteInAWay(map, key), "delete");
            return;
        }
        switch (random.nextInt(19)) {
            case 6 -> {
                assertEquals(present, replaceInAWay(map, key, value), "replace");
                expected.replace(number, value);
            }
            case 7 -> {
                final byte[] before =
                        present ? requireNonNull(expected.get(number)).bytes() : new byte[3];
                final boolean right = random.nextInt(4) != 0;
                final byte[] guess = right ? before : Arrays.copyOf(before, before.length + 1);
                assertEquals(present && right, compareAndSetInAWay(map, key, guess, value.bytes()), "compare and set");
                if (right) {
                    expected.replace(number, value);
                }
            }
            case 8 -> {
                assertSame(expected.put(number, value), map.getAndPut(key, value.bytes()), "getAndPut");
            }
            case 14 -> {
                assertSame(expected.get(number), map.getAndReplace(key, value.bytes()), "getAndReplace");
                expected.replace(number, value);
            }
            case 15 -> {
                final Value before = expected.get(number);
                final byte[] after = map.computeIfPresent(key, found -> {
                    assertSame(before, found, "what computeIfPresent gets");
                    return number % 5 == 0 ? null : value.bytes();
                });
                expected.computeIfPresent(number, (k, v) -> number % 5 == 0 ? null : value);
                assertSame(expected.get(number), after, "what computeIfPresent returns");
            }
            case 16 -> {
                final byte[] after = map.computeIfAbsent(key, none -> number % 5 == 0 ? null : value.bytes());
                expected.computeIfAbsent(number, k -> number % 5 == 0 ? null : value);
                assertSame(expected.get(number), after, "what computeIfAbsent returns");
            }
            case 17 -> {
                map.putAsync(key, value.bytes()).join();
                expected.put(number, value);
            }
            case 18 ->
                assertEquals(
                        expected.remove(number) != null, map.deleteAsync(key).join(), "deleteAsync");
            case 9 -> {
                final Value before = expected.remove(number);
                assertSame(before, map.getAndDelete(key), "getAndDelete");
            }
            case 10 -> {
                final byte[] bytes = value.bytes();
                if (random.nextBoolean()) {
                    map.put(key, bytes.length, slot -> slot.putBytes(0, bytes));
                } else {
                    map.put(buffer(key), 3, key.length, bytes.length, slot -> slot.putBytes(0, bytes));
                }
                expected.put(number, value);
            }
            case 11 -> {
                final Value before = expected.get(number);
                final byte[] after = map.compute(key, found -> {
                    assertSame(before, found, "what compute gets");
                    return number % 5 == 0 ? null : value.bytes();
                });
                assertSame(number % 5 == 0 ? null : value, after, "what compute returns");
                if (number % 5 == 0) {
                    expected.remove(number);
                } else {
                    expected.put(number, value);
                }
            }
            case 12 -> {
                final byte[] before =
                        present ? requireNonNull(expected.get(number)).bytes() : new byte[3];
                final byte[] another = Arrays.copyOf(before, before.length + 1);
                assertFalse(compareAndDeleteInAWay(map, key, another), "delete of another value");
                assertEquals(present, compareAndDeleteInAWay(map, key, before), "delete of this value");
                expected.remove(number);
            }
            case 13 -> {
                readMany(map, expected, number);
                readManySideBySide(map, expected, number);
            }
            case 0, 1 -> {
                map.put(key, value.bytes());
                expected.put(number, value);
            }
            case 2 -> {
                map.put(buffer(key), 3, key.length, buffer(value.bytes()), 3, value.length());
                expected.put(number, value);
            }
            case 3 -> {
                assertEquals(!present, putIfAbsentInAWay(map, key, value), "putIfAbsent");
                expected.putIfAbsent(number, value);
            }
            case 4 -> assertEquals(present, containsInAWay(map, key), "contains");
            default -> assertReads(map, number, expected.get(number));
        }
    }

    private static void assertSame(final @Nullable Value expected, final byte @Nullable [] found, final String what) {
        if (expected == null) {
            assertNull(found, what);
        } else {
            assertArrayEquals(expected.bytes(), found, what);
        }
    }

    private boolean compareAndSetInAWay(final KvMap map, final byte[] key, final byte[] expected, final byte[] value) {
        return random.nextBoolean()
                ? map.replace(key, expected, value)
                : map.replace(
                        buffer(key),
                        3,
                        key.length,
                        buffer(expected),
                        3,
                        expected.length,
                        buffer(value),
                        3,
                        value.length);
    }

    private boolean replaceInAWay(final KvMap map, final byte[] key, final Value value) {
        return random.nextBoolean()
                ? map.replace(key, value.bytes())
                : map.replace(buffer(key), 3, key.length, buffer(value.bytes()), 3, value.length());
    }

    private boolean putIfAbsentInAWay(final KvMap map, final byte[] key, final Value value) {
        return random.nextBoolean()
                ? map.putIfAbsent(key, value.bytes())
                : map.putIfAbsent(buffer(key), 3, key.length, buffer(value.bytes()), 3, value.length());
    }

    private boolean compareAndDeleteInAWay(final KvMap map, final byte[] key, final byte[] expected) {
        return random.nextBoolean()
                ? map.delete(key, expected)
                : map.delete(buffer(key), 3, key.length, buffer(expected), 3, expected.length);
    }

    private boolean containsInAWay(final KvMap map, final byte[] key) {
        return random.nextBoolean() ? map.contains(key) : map.contains(buffer(key), 3, key.length);
    }

    /** By one of the ways to read a key. */
    private void assertReads(final KvMap map, final int number, final @Nullable Value value) {
        final byte[] key = key(number);
        final int length = value == null ? -1 : value.length();
        final byte[] found = switch (random.nextInt(5)) {
            case 0 -> map.read(key, ValueView::toByteArray);
            case 1 -> map.read(buffer(key), 3, key.length, ValueView::toByteArray);
            case 2 -> {
                final UnsafeBuffer target = new UnsafeBuffer(new byte[Math.max(length, 0) + 1]);
                assertEquals(length, map.get(buffer(key), 3, key.length, target, 1), "length");
                if (length < 0) {
                    yield null;
                }
                yield Arrays.copyOfRange(target.byteArray(), 1, length + 1);
            }
            case 3 -> {
                assertEquals(length, map.readLong(key, ValueView::capacity, -1), "length in place");
                assertEquals(length, map.readLong(buffer(key), 3, key.length, ValueView::capacity, -1), "of a buffer");
                yield map.get(key);
            }
            default -> map.get(key);
        };
        assertSame(value, found, "value of key " + number);
    }

    private void readMany(final KvMap map, final Map<Integer, Value> expected, final int first) {
        final int count = random.nextInt(40);
        final byte[][] many = new byte[count][];
        for (int i = 0; i < count; i++) {
            many[i] = key((first + i * 7) % keys);
        }
        final int[] next = {0};
        final int found = map.readAll(many, (index, value) -> {
            assertEquals(next[0]++, index);
            assertSame(expected.get(numberOf(many[index])), value == null ? null : value.toByteArray(), "readAll");
        });
        assertEquals(count, next[0]);
        assertEquals(
                Arrays.stream(many)
                        .filter(key -> expected.containsKey(numberOf(key)))
                        .count(),
                found);
    }

    /** Keys of one length lie side by side. */
    private void readManySideBySide(final KvMap map, final Map<Integer, Value> expected, final int first) {
        final int keyLength = key(first).length;
        final int[] numbers = IntStream.range(0, keys)
                .map(i -> (first + i) % keys)
                .filter(number -> key(number).length == keyLength)
                .limit(20)
                .toArray();
        final UnsafeBuffer side = new UnsafeBuffer(new byte[3 + keyLength * numbers.length]);
        for (int i = 0; i < numbers.length; i++) {
            side.putBytes(3 + i * keyLength, key(numbers[i]));
        }
        final int found = map.readAll(
                side,
                3,
                keyLength,
                numbers.length,
                (index, value) -> assertSame(
                        expected.get(numbers[index]), value == null ? null : value.toByteArray(), "side by side"));
        assertEquals(Arrays.stream(numbers).filter(expected::containsKey).count(), found);
    }

    private boolean deleteInAWay(final KvMap map, final byte[] key) {
        return random.nextBoolean() ? map.delete(key) : map.delete(buffer(key), 3, key.length);
    }

    /** The bytes at offset 3 of a buffer. */
    private static UnsafeBuffer buffer(final byte[] bytes) {
        final byte[] padded = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, padded, 3, bytes.length);
        return new UnsafeBuffer(padded);
    }

    private static void assertHolds(final KvMap map, final int number, final @Nullable Value value) {
        final byte[] found = map.get(key(number));
        if (value == null) {
            assertNull(found, () -> "key " + number + " should be absent");
        } else {
            assertNotNull(found, () -> "key " + number + " is lost, it had " + value);
            assertArrayEquals(value.bytes(), found, () -> "value of key " + number);
        }
    }

    /** Compares everything: keys one by one, by iteration, by size. */
    void compareAll(final Store store) {
        for (final String name : names) {
            final KvMap map = store.map(name);
            final Map<Integer, Value> expected = expected(name);
            for (int number = 0; number < keys; number++) {
                assertHolds(map, number, expected.get(number));
            }
            final Set<Integer> seen = new HashSet<>();
            map.forEach((key, value) -> {
                final int number = numberOf(key.toByteArray());
                assertArrayEquals(key(number), key.toByteArray());
                assertEquals(true, seen.add(number), () -> "key " + number + " was visited twice");
                final Value there = expected.get(number);
                assertNotNull(there, () -> "key " + number + " was visited, but is absent");
                assertArrayEquals(there.bytes(), value.toByteArray());
                return true;
            });
            assertEquals(expected.keySet(), seen);
            map.keys().forEach(key -> assertEquals(true, seen.remove(numberOf(key)), "a key that forEach did not see"));
            assertEquals(Set.of(), seen, "keys that only forEach saw");
            map.entries().forEach(entry -> {
                final int number = numberOf(entry.key());
                assertEquals(true, seen.add(number), "twice");
                assertSame(expected.get(number), entry.value(), "entry");
            });
            assertEquals(expected.keySet(), seen);
            final List<ByteBuffer> values = new ArrayList<>();
            map.values().forEach(value -> values.add(ByteBuffer.wrap(value)));
            expected.values()
                    .forEach(value -> assertEquals(true, values.remove(ByteBuffer.wrap(value.bytes())), "a value"));
            assertEquals(List.of(), values, "values of no entry");
            assertEquals(expected.size(), map.size());
        }
    }
}
