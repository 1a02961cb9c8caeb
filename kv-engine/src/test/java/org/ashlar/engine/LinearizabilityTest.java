package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.engine.History.Kind;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories of many threads on few keys, recorded and checked key by key (linearizability is local). */
final class LinearizabilityTest {
    private static final List<Kind> KINDS = List.of(Kind.values());
    private static final int KEYS = 3;
    private static final int THREADS = 4;
    private static final int OPERATIONS = 24;

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
            final KvMap map, final int key, final History history, final Kind kind, final long number) {
        final byte[] bytes = key(key);
        final long began = history.tick();
        final long result = switch (kind) {
            case PUT -> {
                map.put(bytes, value(number));
                yield 0;
            }
            case PUT_IF_ABSENT -> map.putIfAbsent(bytes, value(number)) ? 1 : 0;
            case GET -> {
                if (number % 2 == 0) {
                    final byte[] found = map.get(bytes);
                    yield found == null ? History.ABSENT : numberOf(found);
                }
                yield map.readLong(bytes, view -> numberOf(view.toByteArray()), History.ABSENT);
            }
            case CONTAINS -> map.contains(bytes) ? 1 : 0;
            case DELETE -> map.delete(bytes) ? 1 : 0;
            case REPLACE -> map.replace(bytes, value(number)) ? 1 : 0;
            case GET_AND_DELETE -> {
                final byte[] found = map.getAndDelete(bytes);
                yield found == null ? History.ABSENT : numberOf(found);
            }
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
        history.add(kind, number, result, began);
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
            for (int i = 0; i < OPERATIONS; i++) {
                final int key = random.nextInt(KEYS);
                final Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                final long number = Math.abs(seed % 1_000_000) * 1_000 + thread * 100L + i;
                if (histories[key].size() < 60 - THREADS) {
                    operate(map, key, histories[key], kind, number);
                }
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
    }
}
