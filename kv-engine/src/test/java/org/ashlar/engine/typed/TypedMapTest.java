package org.ashlar.engine.typed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.engine.MemoryFolder;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.VerifyReport;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.DecodeException;
import org.ashlar.kv.typed.TypedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What typed maps promise, on a real store. */
final class TypedMapTest {
    private static final int CHUNKS = 256;
    private static final int THREADS = 2;
    private static final int LIMIT_SECONDS = 60;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private Store store;
    private KvMap bytes;
    private TypedMap<String, Long> counts;

    @BeforeEach
    void open() {
        store = TinyStores.open(folder.resolve("pool"), Placement.POOL, CHUNKS);
        bytes = store.map("counts");
        counts = TypedMap.of(bytes, Codecs.STRING, Codecs.LONG);
    }

    @AfterEach
    void checkAndClose() {
        try (Store checked = store) {
            final VerifyReport report = checked.verify();
            assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what callers without a checker pass
    private static <T> T nothing() {
        return null;
    }

    private static void together(final Executable part) throws Exception {
        final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            final CountDownLatch start = new CountDownLatch(THREADS);
            final List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                futures.add(executor.submit(() -> {
                    start.countDown();
                    start.await();
                    try {
                        part.execute();
                    } catch (final Throwable e) {
                        throw new AssertionError(e);
                    }
                    return null;
                }));
            }
            for (final Future<?> future : futures) {
                future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    // ---------------------------------------------------------------------------------------------- atomicity

    @Test
    void noUpdateIsLostByMerge() throws Exception {
        final int times = 20_000;
        together(() -> {
            for (int i = 0; i < times; i++) {
                counts.merge("n", 1L, Long::sum);
            }
        });
        assertEquals((long) THREADS * times, counts.get("n"));
    }

    @Test
    void noUpdateIsLostByAnyWayOfComputing() throws Exception {
        final int times = 4_000;
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        together(() -> {
            for (int i = 0; i < times; i++) {
                counts.compute("n", (key, value) -> value == null ? 1 : value + 1);
                view.compute("n", (key, value) -> value == null ? 1 : value + 1);
                view.computeIfPresent("n", (key, value) -> value + 1);
                long seen;
                do {
                    seen = counts.getOrDefault("n", 0L);
                } while (!view.replace("n", seen, seen + 1));
                view.replaceAll((key, value) -> value + 1);
            }
        });
        assertEquals(5L * THREADS * times, counts.get("n"));
    }

    @Test
    void exactlyOneOfTwoThreadsTakesEachValue() throws Exception {
        final int rounds = 5_000;
        final AtomicInteger put = new AtomicInteger();
        final AtomicInteger taken = new AtomicInteger();
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        together(() -> {
            for (int i = 0; i < rounds; i++) {
                put.addAndGet(counts.putIfAbsent("n", 1L) ? 1 : 0);
                put.addAndGet(view.putIfAbsent("n", 1L) == null ? 1 : 0);
                taken.addAndGet(counts.getAndRemove("n") != null ? 1 : 0);
                taken.addAndGet(view.entrySet().remove(Map.entry("n", 1L)) ? 1 : 0);
                taken.addAndGet(view.keySet().remove("n") ? 1 : 0);
            }
        });
        assertEquals(put.get(), taken.get() + counts.size());
    }

    @Test
    void whatIsStoredWhileAFilterRunsIsNotRemoved() {
        for (long i = 0; i < 100; i++) {
            counts.put("k" + i, i);
        }
        assertEquals(0, counts.removeIf((key, value) -> {
            counts.merge(key, 1_000L, Long::sum);
            return true;
        }));
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        assertFalse(view.values().removeIf(value -> {
            view.replaceAll((key, there) -> there + 1);
            return true;
        }));
        assertFalse(view.entrySet().removeIf(entry -> {
            view.merge(entry.getKey(), 1L, Long::sum);
            return true;
        }));
        assertEquals(100, counts.size());
        assertEquals(50, counts.removeIf((key, value) -> value % 2 == 0));
        assertEquals(50, view.size());
    }

    // ---------------------------------------------------------------------------------------------- functions

    @Test
    void aFunctionMayCallTheMapThatItComputesFor() {
        counts.put("a", 1L);
        assertEquals(12, counts.compute("a", (key, value) -> {
            counts.put("b", 10L);
            counts.merge("c", 1L, Long::sum);
            assertEquals(1, counts.get("a"));
            final Long other = counts.computeIfAbsent("d", k -> counts.get("a"));
            return counts.getOrDefault("b", 0L) + value + (other == null ? 0 : other);
        }));
        assertEquals(Map.of("a", 12L, "b", 10L, "c", 1L, "d", 1L), counts.asConcurrentMap());
    }

    @Test
    void aFunctionWhoseKeyChangesMeanwhileRunsAgain() {
        final AtomicInteger runs = new AtomicInteger();
        assertEquals(8, counts.compute("a", (key, value) -> {
            if (runs.getAndIncrement() == 0) {
                assertNull(value);
                counts.put("a", 7L);
            }
            return value == null ? 1 : value + 1;
        }));
        assertEquals(2, runs.get());
        assertEquals(7, counts.computeIfAbsent("b", key -> {
            counts.put("b", 7L);
            return 1L;
        }));
        assertEquals(7, counts.get("b"));
    }

    @Test
    void aFunctionThatThrowsChangesNothing() {
        counts.put("a", 1L);
        final IllegalStateException thrown = new IllegalStateException("no");
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        for (final Executable call : List.<Executable>of(
                () -> counts.compute("a", (k, v) -> {
                    throw thrown;
                }),
                () -> counts.computeIfPresent("a", (k, v) -> {
                    throw thrown;
                }),
                () -> counts.computeIfAbsent("b", k -> {
                    throw thrown;
                }),
                () -> counts.merge("a", 1L, (v, w) -> {
                    throw thrown;
                }),
                () -> counts.forEach((k, v) -> {
                    throw thrown;
                }),
                () -> view.replaceAll((k, v) -> {
                    throw thrown;
                }))) {
            assertSame(thrown, assertThrows(IllegalStateException.class, call));
        }
        assertEquals(Map.of("a", 1L), view);
    }

    @Test
    void aFunctionThatReturnsNullRemovesTheKey() {
        for (final String key : List.of("a", "b", "c")) {
            counts.put(key, 1L);
        }
        assertNull(counts.compute("a", (k, v) -> null));
        assertNull(counts.computeIfPresent("b", (k, v) -> null));
        assertNull(counts.merge("c", 1L, (v, w) -> null));
        assertNull(counts.computeIfAbsent("d", k -> null));
        assertNull(counts.computeIfPresent("e", (k, v) -> v + 1));
        assertTrue(counts.isEmpty());
    }

    // ------------------------------------------------------------------------------------------------- nulls

    @Test
    void nullsAreRefused() {
        counts.put("a", 1L);
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        final List<Executable> calls = new ArrayList<>(List.of(
                () -> TypedMap.of(nothing(), Codecs.STRING, Codecs.LONG),
                () -> TypedMap.of(bytes, nothing(), Codecs.LONG),
                () -> TypedMap.of(bytes, Codecs.STRING, nothing()),
                () -> Codec.of(nothing(), encoded -> new String(encoded, UTF_8)),
                () -> Codec.of((String text) -> text.getBytes(UTF_8), nothing()),
                () -> counts.get(nothing()),
                () -> counts.getOrDefault(nothing(), 1L),
                () -> counts.getOrDefault("a", nothing()),
                () -> counts.containsKey(nothing()),
                () -> counts.put(nothing(), 1L),
                () -> counts.put("a", nothing()),
                () -> counts.putIfAbsent(nothing(), 1L),
                () -> counts.putIfAbsent("a", nothing()),
                () -> counts.replace(nothing(), 1L),
                () -> counts.replace("a", nothing()),
                () -> counts.replace(nothing(), 1L, 2L),
                () -> counts.replace("a", nothing(), 2L),
                () -> counts.replace("a", 1L, nothing()),
                () -> counts.remove(nothing()),
                () -> counts.remove(nothing(), 1L),
                () -> counts.remove("a", nothing()),
                () -> counts.getAndPut(nothing(), 1L),
                () -> counts.getAndPut("a", nothing()),
                () -> counts.getAndReplace(nothing(), 1L),
                () -> counts.getAndReplace("a", nothing()),
                () -> counts.getAndRemove(nothing())));
        calls.addAll(List.of(
                () -> counts.compute(nothing(), (k, v) -> 2L),
                () -> counts.compute("a", nothing()),
                () -> counts.computeIfAbsent(nothing(), k -> 2L),
                () -> counts.computeIfAbsent("a", nothing()),
                () -> counts.computeIfPresent(nothing(), (k, v) -> 2L),
                () -> counts.computeIfPresent("b", nothing()),
                () -> counts.merge(nothing(), 1L, Long::sum),
                () -> counts.merge("a", nothing(), Long::sum),
                () -> counts.merge("b", 1L, nothing()),
                () -> counts.forEach(nothing()),
                () -> counts.removeIf(nothing()),
                () -> counts.entries().iterator().next().setValue(nothing()),
                () -> view.putIfAbsent("a", nothing()),
                () -> view.putIfAbsent("b", nothing()),
                () -> view.putAll(Collections.singletonMap("b", nothing())),
                () -> view.values().removeIf(nothing()),
                () -> view.values().removeAll(nothing()),
                () -> view.entrySet().retainAll(nothing())));
        for (int i = 0; i < calls.size(); i++) {
            final int call = i;
            assertThrows(NullPointerException.class, calls.get(call), () -> "call " + call);
        }
        assertEquals(Map.of("a", 1L), view);
    }

    // ------------------------------------------------------------------------------------------------- codecs

    @Test
    void valuesAndKeysAreEqualWhenTheirBytesAre() {
        final Codec<String> caseless =
                Codec.of(text -> text.toLowerCase(Locale.ROOT).getBytes(UTF_8), encoded -> new String(encoded, UTF_8));
        final TypedMap<String, String> map = TypedMap.of(store.map("caseless"), caseless, caseless);
        map.put("Key", "One");
        assertEquals("one", map.get("KEY"));
        assertTrue(map.replace("kEY", "ONE", "Two"));
        assertFalse(map.remove("key", "Three"));
        final ConcurrentMap<String, String> view = map.asConcurrentMap();
        assertTrue(view.containsValue("TWO"));
        assertTrue(view.entrySet().contains(Map.entry("KEY", "TWO")));
        assertTrue(map.remove("keY", "tWO"));
        assertTrue(view.isEmpty());
    }

    @Test
    void arraysServeAsKeys() {
        final TypedMap<byte[], byte[]> map = TypedMap.of(store.map("arrays"), Codecs.BYTES, Codecs.BYTES);
        map.put(new byte[] {1, 2}, new byte[] {3});
        assertArrayEquals(new byte[] {3}, map.get(new byte[] {1, 2}));
        assertTrue(map.remove(new byte[] {1, 2}, new byte[] {3}));
        map.put(new byte[0], new byte[0]);
        assertArrayEquals(new byte[0], map.get(new byte[0]));
    }

    @Test
    void buffersComeBackWithoutTheStoreBehindThem() {
        final TypedMap<String, DirectBuffer> map = TypedMap.of(store.map("buffers"), Codecs.STRING, Codecs.BUFFER);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[100_000], 7, 90_000);
        value.setMemory(0, 90_000, (byte) 9);
        map.put("large", value);
        final DirectBuffer back = map.get("large");
        assertTrue(map.remove("large"));
        map.put("other", new UnsafeBuffer(new byte[90_000]));
        assertEquals(value, back);
    }

    /** Writes what it is told to, where it is told another length. */
    private record Faulty(int announced, int written) implements Codec<String> {
        @Override
        public int encodedLength(final String value) {
            return announced;
        }

        @Override
        public void encode(final String value, final MutableDirectBuffer target, final int offset) {
            for (int i = 0; i < written; i++) {
                target.putByte(offset + i, (byte) 'x');
            }
        }

        @Override
        public String decode(final DirectBuffer source, final int offset, final int length) {
            return source.getStringWithoutLengthUtf8(offset, length);
        }
    }

    @Test
    void aCodecThatWritesMoreThanItSaidStoresNothing() {
        final TypedMap<String, String> map = TypedMap.of(store.map("faulty"), Codecs.STRING, new Faulty(3, 4));
        assertThrows(IndexOutOfBoundsException.class, () -> map.put("a", "?"));
        assertThrows(IndexOutOfBoundsException.class, () -> map.putIfAbsent("a", "?"));
        assertThrows(
                IllegalArgumentException.class,
                () -> TypedMap.of(map.bytes(), Codecs.STRING, new Faulty(-1, 0)).put("a", "?"));
        assertFalse(map.containsKey("a"));
        assertEquals(0, map.size());
    }

    @Test
    void aValueOfAnotherCodecIsReportedWithItsMapAndKey() {
        bytes.put("ab".getBytes(UTF_8), new byte[] {1, 2, 3});
        final List<Executable> calls = List.of(
                () -> counts.get("ab"),
                () -> counts.merge("ab", 1L, Long::sum),
                () -> counts.getAndPut("ab", 1L),
                () -> counts.forEach((key, value) -> {}));
        for (final Executable call : calls.subList(0, 2)) {
            final DecodeException e = assertThrows(DecodeException.class, call);
            assertEquals(
                    "value of key 2 bytes 0x6162 in map 'counts': 3 bytes 0x010203 are not a long, which has 8 bytes",
                    e.getMessage());
        }
        assertThrows(DecodeException.class, calls.get(3));
        assertThrows(DecodeException.class, calls.get(2)); // the value before cannot be told, the new one is there
        assertEquals(1, counts.get("ab"));
        bytes.put(new byte[] {-1}, new byte[8]);
        final DecodeException e =
                assertThrows(DecodeException.class, () -> counts.keys().forEach(key -> {}));
        assertEquals("key in map 'counts': 1 bytes 0xff are not a string in UTF-8", e.getMessage());
    }

    @Test
    void aKeyThatCannotBeEncodedIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> counts.put("\uD800", 1L));
        assertThrows(IllegalArgumentException.class, () -> counts.get("x".repeat(KvMap.MAX_KEY_BYTES + 1)));
        counts.put("x".repeat(KvMap.MAX_KEY_BYTES), 1L);
        assertEquals(1, counts.get("x".repeat(KvMap.MAX_KEY_BYTES)));
    }

    // ---------------------------------------------------------------------------------------------- iteration

    @Test
    void whatIsSetThroughAnEntryIsStored() {
        counts.put("a", 1L);
        final Map.Entry<String, Long> entry = counts.entries().iterator().next();
        assertEquals(1, entry.setValue(2L));
        assertEquals(2, entry.getValue());
        assertEquals(2, counts.get("a"));
    }

    @Test
    void iteratorsRemoveAndMayBeLeftUnfinished() {
        final Map<String, Long> expected = new HashMap<>();
        for (long i = 0; i < 2_000; i++) {
            counts.put("k" + i, i);
            expected.put("k" + i, i);
        }
        for (int i = 0; i < 100; i++) {
            assertTrue(counts.entries().iterator().hasNext());
            assertTrue(counts.keys().iterator().hasNext());
        }
        final Set<String> seen = new HashSet<>();
        for (final Iterator<Map.Entry<String, Long>> it = counts.entries().iterator(); it.hasNext(); ) {
            final Map.Entry<String, Long> entry = it.next();
            assertTrue(seen.add(entry.getKey()), () -> "twice: " + entry.getKey());
            if (entry.getValue() % 3 == 0) {
                it.remove();
                expected.remove(entry.getKey());
            }
        }
        assertEquals(2_000, seen.size());
        final List<Long> values = new ArrayList<>();
        counts.values().forEach(values::add);
        values.sort(null);
        assertEquals(expected.values().stream().sorted().toList(), values);
        for (final Iterator<String> it = counts.keys().iterator(); it.hasNext(); ) {
            final String key = it.next();
            if (key.endsWith("1")) {
                it.remove();
                expected.remove(key);
            }
        }
        assertEquals(expected, counts.asConcurrentMap());
        counts.clear();
        assertFalse(counts.entries().iterator().hasNext());
        assertEquals(0, counts.size());
    }

    @Test
    void iteratorsSeeWhatStaysExactlyOnceWhileOthersWrite() throws Exception {
        final long stable = 1_500;
        for (long i = 0; i < stable; i++) {
            counts.put("s" + i, i);
        }
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        final AtomicInteger writers = new AtomicInteger();
        final AtomicBoolean done = new AtomicBoolean();
        together(() -> {
            if (writers.getAndIncrement() == 0) {
                final SplittableRandom random = new SplittableRandom(7);
                while (!done.get()) {
                    final String key = "w" + random.nextInt(3_000);
                    if (random.nextBoolean()) {
                        counts.put(key, -1L);
                    } else {
                        counts.remove(key);
                    }
                    counts.computeIfPresent("s" + random.nextInt((int) stable), (k, v) -> v + stable);
                }
            } else {
                try {
                    for (int round = 0; round < 20; round++) {
                        final Set<String> keys = new HashSet<>();
                        view.forEach((key, value) -> {
                            assertTrue(keys.add(key), () -> "twice: " + key);
                            assertEquals(key, value < 0 ? key : "s" + value % stable);
                        });
                        assertEquals(
                                stable,
                                keys.stream().filter(key -> key.startsWith("s")).count());
                        keys.clear();
                        for (final String key : view.keySet()) {
                            assertTrue(keys.add(key), () -> "twice: " + key);
                        }
                        assertEquals(
                                stable,
                                keys.stream().filter(key -> key.startsWith("s")).count());
                    }
                } finally {
                    done.set(true);
                }
            }
        });
    }

    @Test
    void theViewSeesWhatHappensToTheMap() {
        final ConcurrentMap<String, Long> view = counts.asConcurrentMap();
        final Set<String> keys = view.keySet();
        counts.put("a", 1L);
        assertEquals(Set.of("a"), keys);
        assertEquals("{a=1}", view.toString());
        bytes.delete("a".getBytes(UTF_8));
        assertTrue(keys.isEmpty());
        view.putAll(Map.of("b", 2L, "c", 3L));
        assertEquals(2, counts.size());
        final Object number = 1;
        assertThrows(ClassCastException.class, () -> view.containsKey(number));
    }
}
