package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.engine.History.Kind;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories of many threads on few keys, recorded and checked key by key (linearizability is local). */
final class LinearizabilityTest {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final int KEYS = 3;
    private static final int THREADS = 4;
    private static final int OPERATIONS = 24;
    private static final int MOST_EVENTS = 60;
    private static final int CLEARS_ONE_IN = 8;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** Every value is stored once, so a read says which write it saw. Of several sizes. */
    private static byte[] value(final long number) {
        final int length = 8 + (int) (number % 5) * (number % 7 == 0 ? 1_500 : 30);
        return ByteBuffer.allocate(length).putLong(0, number).array();
    }

    private static long numberOf(final byte[] value) {
        final long number = ByteBuffer.wrap(value).getLong();
        assertEquals(value(number).length, value.length);
        return number;
    }

    private static void operate(
            final KvMap map,
            final int key,
            final History history,
            final Kind kind,
            final long number,
            final long expected) {
        final byte[] bytes = key(key);
        final long began = history.tick();
        final long result = switch (kind) {
            case PUT -> {
                final byte[] value = value(number);
                if (number % 2 == 0) {
                    map.put(bytes, value);
                } else if (number % 3 == 0) {
                    map.putAsync(bytes, value).join();
                } else {
                    map.put(bytes, value.length, slot -> slot.putBytes(0, value));
                }
                yield 0;
            }
            case PUT_IF_ABSENT -> map.putIfAbsent(bytes, value(number)) ? 1 : 0;
            case GET -> {
                if (number % 2 == 0) {
                    final byte[] found = map.get(bytes);
                    yield found == null ? History.ABSENT : numberOf(found);
                }
                if (number % 3 == 0) {
                    final long[] read = {History.ABSENT};
                    map.readAll(
                            new byte[][] {bytes},
                            (i, view) -> read[0] = view == null ? History.ABSENT : numberOf(view.toByteArray()));
                    yield read[0];
                }
                yield map.readLong(bytes, view -> numberOf(view.toByteArray()), History.ABSENT);
            }
            case CONTAINS -> map.contains(bytes) ? 1 : 0;
            case DELETE ->
                (number % 2 == 0 ? map.delete(bytes) : map.deleteAsync(bytes).join()) ? 1 : 0;
            case REPLACE -> map.replace(bytes, value(number)) ? 1 : 0;
            case REPLACE_EXPECTED -> map.replace(bytes, value(Math.abs(expected)), value(number)) ? 1 : 0;
            case DELETE_EXPECTED -> map.delete(bytes, value(Math.abs(expected))) ? 1 : 0;
            case GET_AND_DELETE -> {
                if (number % 2 == 0) {
                    final byte[] found = map.getAndDelete(bytes);
                    yield found == null ? History.ABSENT : numberOf(found);
                }
                final long[] before = {0};
                map.compute(bytes, found -> {
                    before[0] = found == null ? History.ABSENT : numberOf(found);
                    return null;
                });
                yield before[0];
            }
            case GET_AND_REPLACE -> {
                final byte[] found = map.getAndReplace(bytes, value(number));
                yield found == null ? History.ABSENT : numberOf(found);
            }
            case COMPUTE_IF_PRESENT -> {
                final long[] before = {History.ABSENT};
                final byte[] after = map.computeIfPresent(bytes, found -> {
                    before[0] = numberOf(Objects.requireNonNull(found));
                    return value(number);
                });
                yield after == null ? History.ABSENT : before[0];
            }
            case COMPUTE_IF_ABSENT ->
                numberOf(Objects.requireNonNull(map.computeIfAbsent(bytes, none -> value(number))));
            case CLEAR -> throw new IllegalArgumentException("for all keys at once");
            case GET_AND_PUT -> {
                if (number % 2 == 0) {
                    final byte[] found = map.getAndPut(bytes, value(number));
                    yield found == null ? History.ABSENT : numberOf(found);
                }
                final long[] before = {0};
                map.compute(
                        bytes,
                        found -> { // compare and set, until it succeeds
                            before[0] = found == null ? History.ABSENT : numberOf(found);
                            return value(number);
                        });
                yield before[0];
            }
        };
        history.add(kind, number, expected, result, began);
    }

    @Test
    void everyHistoryOfConcurrentOperationsHasASequentialOrder() {
        final long seed = Long.getLong("ashlar.seed", System.nanoTime());
        final int rounds = TestStores.LONG ? 20_000 : 400;
        final AtomicBoolean done = new AtomicBoolean();
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final List<Threads.Part> parts = new ArrayList<>();
            parts.add(thread -> {
                try {
                    for (int round = 0; round < rounds; round++) {
                        round(map, seed + round);
                    }
                } finally {
                    done.set(true);
                }
            });
            parts.add(thread -> churn(map, seed, done)); // splits, reuse of space, moves of pages, all the time
            Threads.together(parts);
            TestStores.assertSound(store);
        }
    }

    /** Where a write waits for the device, others see it before it is durable, and threads wait for the syncs of others; some writes are asynchronous. */
    @Test
    void everyHistoryWithGroupCommitHasASequentialOrder(@TempDir(factory = DiskFolder.class) final Path disk) {
        final long seed = Long.getLong("ashlar.seed", System.nanoTime());
        final int rounds = TestStores.LONG ? 1_000 : 12;
        try (EngineStore store = EngineStore.open(
                disk.resolve("pool"), TestStores.options().withDurability(Durability.POWER_FAILURE), Tuning.tiny())) {
            assertFalse(store.lanes().isDirect(), "asynchronous writes have threads of their own");
            for (int round = 0; round < rounds; round++) {
                round(store.map("m"), seed + round);
            }
            TestStores.assertSound(store);
        }
    }

    private static void churn(final KvMap map, final long seed, final AtomicBoolean done) {
        final SplittableRandom random = new SplittableRandom(seed);
        int number = 1_000;
        while (!done.get()) {
            map.put(key(number), value(number));
            if (number > 6_000) {
                map.delete(key(1_000 + random.nextInt(5_000)));
            }
            number = number > 20_000 ? 1_000 : number + 1;
        }
    }

    /** For each key by itself: that all go at one moment is not checked. */
    private static void clear(final KvMap map, final History[] histories) {
        final long[] began = new long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            began[i] = histories[i].tick();
        }
        map.clear();
        for (int i = 0; i < KEYS; i++) {
            histories[i].add(Kind.CLEAR, 0, 0, began[i]);
        }
    }

    private static void round(final KvMap map, final long seed) {
        final History[] histories = new History[KEYS];
        final long[] initial = new long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            histories[i] = new History();
            final byte[] found = map.get(key(i));
            initial[i] = found == null ? History.ABSENT : numberOf(found);
        }
        Threads.together(THREADS, thread -> {
            final SplittableRandom random = new SplittableRandom(seed * 31 + thread);
            final long[] last = initial.clone(); // what a comparison expects: now and then it is still there
            for (int i = 0; i < OPERATIONS; i++) {
                final int key = random.nextInt(KEYS);
                final Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                final long number = Math.abs(seed % 1_000_000) * 1_000 + thread * 100L + i;
                if (histories[key].size() >= MOST_EVENTS - 2 * THREADS) {
                    continue;
                }
                if (kind == Kind.CLEAR) {
                    if (random.nextInt(CLEARS_ONE_IN) == 0) {
                        clear(map, histories);
                    }
                    continue;
                }
                operate(map, key, histories[key], kind, number, last[key]);
                last[key] = number;
            }
        });
        for (int i = 0; i < KEYS; i++) {
            assertEquals("", histories[i].problemFrom(initial[i]), "key " + i + ", -Dashlar.seed=" + seed);
        }
    }

    @Test
    void theCheckerTellsAHistoryWithoutOrder() {
        final History stale = new History();
        final long before = stale.tick();
        stale.add(Kind.PUT, 5, 0, before);
        final long after = stale.tick();
        stale.add(Kind.GET, 0, History.ABSENT, after);
        assertNotEquals("", stale.problemFrom(History.ABSENT));
        final History overlapping = new History();
        final long early = overlapping.tick();
        overlapping.add(Kind.PUT, 5, 0, overlapping.tick());
        overlapping.add(Kind.GET, 0, History.ABSENT, early);
        assertEquals("", overlapping.problemFrom(History.ABSENT));
        final History twice = new History();
        twice.add(Kind.DELETE, 0, 1, 0);
        twice.add(Kind.DELETE, 0, 1, 0);
        assertNotEquals("", twice.problemFrom(7));
        final History compared = new History();
        compared.add(Kind.REPLACE_EXPECTED, 8, 7, 1, 0);
        compared.add(Kind.DELETE_EXPECTED, 0, 7, 1, 0);
        assertNotEquals("", compared.problemFrom(7));
        final History cleared = new History();
        cleared.add(Kind.CLEAR, 0, 0, cleared.tick());
        cleared.add(Kind.COMPUTE_IF_PRESENT, 8, 7, cleared.tick());
        assertNotEquals("", cleared.problemFrom(7));
    }
}
