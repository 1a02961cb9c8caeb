package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreClosedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing in the middle of each operation: whoever is in it ends in a typed exception, and what was acknowledged is there. */
final class CloseTest {
    private static final int KEYS = 40;
    private static final int LARGE_BYTES = 9_000;
    private static final int ROUNDS = TestStores.LONG ? 200 : 8;
    private static final int MOST_OPERATIONS = 4_000;
    private static final int MOST_SYNCED_OPERATIONS = 200;
    private static final byte[] COMMON = {0};
    private static final List<Kind> KINDS = List.of(Kind.values());

    @TempDir(factory = DiskFolder.class)
    Path folder;

    private enum Kind {
        PUT,
        PUT_IN_PLACE,
        PUT_IF_ABSENT,
        REPLACE,
        COMPARE_AND_SET,
        GET_AND_PUT,
        GET_AND_REPLACE,
        GET_AND_DELETE,
        DELETE,
        COMPARE_AND_DELETE,
        COMPUTE,
        PUT_ASYNC,
        DELETE_ASYNC,
        CLEAR,
        READ,
        READ_ALL,
        FOR_EACH,
        ITERATE,
        MAPS,
        LOOK,
        COMPACT
    }

    /** Works on keys of its own in a map of its own, so that it knows what may be there: one value, or two while an operation is in flight. */
    private static final class Worker {
        final EngineStore store;
        final KvMap map;
        final KvMap common;
        final int number;
        final SplittableRandom random;
        final Map<Integer, byte[]> certain;

        int key;
        byte @Nullable [] after;
        boolean isClearing;

        Worker(final EngineStore store, final int number, final long seed, final Map<Integer, byte[]> certain) {
            this.store = store;
            this.number = number;
            this.certain = certain;
            map = store.map("own-" + number);
            common = store.map("common");
            random = new SplittableRandom(seed + number);
        }

        void workUntilClosed(final AtomicLong done) {
            while (true) {
                final Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                key = random.nextInt(KEYS);
                after = certain.get(key);
                isClearing = false;
                try {
                    run(kind);
                } catch (final StoreClosedException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("closed"), e.getMessage());
                    return;
                } catch (final CompletionException e) {
                    assertInstanceOf(StoreClosedException.class, e.getCause());
                    return;
                }
                settle();
                done.incrementAndGet();
            }
        }

        private void settle() {
            if (isClearing) {
                certain.clear();
            } else if (after == null) {
                certain.remove(key);
            } else {
                certain.put(key, after);
            }
        }

        private static byte[] bytes(final int key) {
            return ByteBuffer.allocate(Integer.BYTES).putInt(key).array();
        }

        private byte[] fresh() {
            final byte[] value = new byte[random.nextInt(20) == 0 ? LARGE_BYTES : random.nextInt(150)];
            random.nextBytes(value);
            return value;
        }

        private void run(final Kind kind) {
            final byte[] k = bytes(key);
            final byte[] before = certain.get(key);
            final boolean isThere = before != null;
            final byte[] value = fresh();
            switch (kind) {
                case PUT -> {
                    after = value;
                    map.put(k, value);
                }
                case PUT_IN_PLACE -> {
                    after = value;
                    map.put(k, value.length, slot -> slot.putBytes(0, value));
                }
                case PUT_IF_ABSENT -> {
                    after = isThere ? before : value;
                    assertEquals(!isThere, map.putIfAbsent(k, value));
                }
                case REPLACE -> {
                    after = isThere ? value : null;
                    assertEquals(isThere, map.replace(k, value));
                }
                case COMPARE_AND_SET -> {
                    after = isThere ? value : null;
                    assertEquals(isThere, map.replace(k, before == null ? value : before, value));
                }
                case GET_AND_PUT -> {
                    after = value;
                    assertArrayEquals(before, map.getAndPut(k, value));
                }
                case GET_AND_REPLACE -> {
                    after = isThere ? value : null;
                    assertArrayEquals(before, map.getAndReplace(k, value));
                }
                case GET_AND_DELETE -> {
                    after = null;
                    assertArrayEquals(before, map.getAndDelete(k));
                }
                case DELETE -> {
                    after = null;
                    assertEquals(isThere, map.delete(k));
                }
                case COMPARE_AND_DELETE -> {
                    after = null;
                    assertEquals(isThere, map.delete(k, before == null ? value : before));
                }
                case COMPUTE -> {
                    after = value;
                    assertArrayEquals(value, map.compute(k, found -> value));
                }
                case PUT_ASYNC -> {
                    after = value;
                    map.putAsync(k, value).join();
                }
                case DELETE_ASYNC -> {
                    after = null;
                    assertEquals(isThere, map.deleteAsync(k).join());
                }
                case CLEAR -> {
                    if (random.nextInt(10) == 0) {
                        isClearing = true;
                        map.clear();
                    }
                }
                default -> look(kind, k, before);
            }
        }

        private void look(final Kind kind, final byte[] k, final byte @Nullable [] before) {
            switch (kind) {
                case READ -> assertEquals(before == null ? -1 : before.length, map.readLong(k, v -> v.capacity(), -1));
                case READ_ALL -> {
                    final int found = map.readAll(
                            new byte[][] {k, bytes(KEYS)},
                            (i, view) -> assertArrayEquals(
                                    i == 0 ? before : null, view == null ? null : view.toByteArray()));
                    assertEquals(before == null ? 0 : 1, found);
                }
                case FOR_EACH -> {
                    final AtomicLong seen = new AtomicLong();
                    assertTrue(map.forEach((foundKey, value) -> seen.incrementAndGet() > 0));
                    assertEquals(certain.size(), seen.get());
                }
                case ITERATE ->
                    map.entries()
                            .forEach(entry -> assertArrayEquals(
                                    certain.get(ByteBuffer.wrap(entry.key()).getInt()), entry.value()));
                case MAPS -> { // of this thread alone, so that each of these is certain
                    final String name = "made-" + number;
                    store.map(name).put(COMMON, COMMON);
                    store.dropMap(name + "'");
                    assertTrue(store.renameMap(name, name + "'"));
                    assertTrue(store.mapNames().contains(name + "'"));
                    assertTrue(store.dropMap(name + "'"));
                }
                case LOOK -> {
                    common.put(COMMON, fresh()); // all of them fight for it
                    assertTrue(store.stats().chunks() > 0);
                    assertEquals(certain.size(), map.size());
                    store.sync();
                }
                default -> assertTrue(store.compact() >= 0);
            }
        }

        /** Of the operation that the close was in the midst of, nobody knows whether it was done; all else is certain. */
        void check(final KvMap found) {
            if (isClearing && found.size() == 0) {
                certain.clear();
            }
            for (int i = 0; i < KEYS; i++) {
                final byte[] value = found.get(bytes(i));
                if (i == key && !isClearing && Arrays.equals(after, value)) {
                    settle();
                }
                assertArrayEquals(certain.get(i), value, "key " + i);
            }
            assertEquals(certain.size(), found.size());
        }
    }

    private EngineStore open(final Durability durability) {
        return EngineStore.open(
                folder.resolve("pool"),
                TestStores.options().withDurability(durability).withBackgroundWork(true),
                Tuning.tiny());
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"POWER_FAILURE", "PROCESS_CRASH"})
    void whateverRunsEndsInATypedExceptionAndWhatWasAcknowledgedIsThere(final Durability durability) {
        final long seed = Long.getLong("ashlar.seed", System.nanoTime());
        final SplittableRandom random = new SplittableRandom(seed);
        final int threads = 6;
        final List<Map<Integer, byte[]>> contents = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            contents.add(new HashMap<>());
        }
        for (int round = 0; round < ROUNDS; round++) {
            final EngineStore store = open(durability);
            final List<Worker> workers = new ArrayList<>();
            final List<Threads.Part> parts = new ArrayList<>();
            final AtomicLong done = new AtomicLong();
            final AtomicInteger working = new AtomicInteger(threads);
            for (int i = 0; i < threads; i++) {
                final Worker worker = new Worker(store, i, random.nextLong(), contents.get(i));
                workers.add(worker);
                parts.add(thread -> {
                    try {
                        worker.workUntilClosed(done);
                    } finally {
                        working.decrementAndGet();
                    }
                });
            }
            final int operations =
                    random.nextInt(durability == Durability.POWER_FAILURE ? MOST_SYNCED_OPERATIONS : MOST_OPERATIONS);
            parts.add(thread -> {
                while (done.get() < operations && working.get() == threads) { // fewer where one has failed
                    Thread.onSpinWait();
                }
                assertTrue(store.close(Duration.ofMinutes(1)));
            });
            Threads.together(parts);
            try (EngineStore again = open(durability)) {
                for (final Worker worker : workers) {
                    worker.check(again.map("own-" + worker.number));
                }
                TestStores.assertSound(again);
            } catch (final AssertionError e) {
                throw new AssertionError("round " + round + ", -Dashlar.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
