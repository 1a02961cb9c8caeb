package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads at full speed; each value carries its own check, and a thread that sees anything else fails the test. */
final class ConcurrencyTest {
    private static final int MILLIS = TestStores.LONG ? 30_000 : 1_200;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private static byte[] key(final int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** The key, a stamp, and bytes that follow from both. */
    private static byte[] value(final int key, final long stamp, final int length) {
        final ByteBuffer value = ByteBuffer.allocate(12 + length).putInt(key).putLong(stamp);
        for (int i = 0; i < length; i++) {
            value.put((byte) (stamp * 31 + i * 7L + key));
        }
        return value.array();
    }

    private static boolean isWhole(final int key, final DirectBuffer value) {
        final int stored = value.getInt(0, java.nio.ByteOrder.BIG_ENDIAN);
        final long stamp = value.getLong(4, java.nio.ByteOrder.BIG_ENDIAN);
        if (stored != key) {
            return false;
        }
        for (int i = 0; i < value.capacity() - 12; i++) {
            if (value.getByte(12 + i) != (byte) (stamp * 31 + i * 7L + key)) {
                return false;
            }
        }
        return true;
    }

    private static void assertWhole(final int key, final byte @Nullable [] value) {
        if (value != null) {
            assertTrue(isWhole(key, new UnsafeBuffer(value)), () -> "torn or foreign value at key " + key);
        }
    }

    private static int length(final SplittableRandom random) {
        final int kind = random.nextInt(40);
        return kind == 0 ? random.nextInt(30_000) : kind < 4 ? random.nextInt(3_000) : random.nextInt(90);
    }

    private static boolean isDue(final long deadline) {
        return System.nanoTime() - deadline >= 0;
    }

    private static long deadline() {
        return System.nanoTime() + MILLIS * 1_000_000L;
    }

    private static void write(final KvMap map, final int keys, final SplittableRandom random) {
        final int key = random.nextInt(keys);
        switch (random.nextInt(5)) {
            case 0 -> map.delete(key(key));
            case 1 -> map.putIfAbsent(key(key), value(key, random.nextLong(), length(random)));
            default -> map.put(key(key), value(key, random.nextLong(), length(random)));
        }
    }

    private static void read(
            final KvMap map, final int keys, final SplittableRandom random, final UnsafeBuffer target) {
        final int key = random.nextInt(keys);
        switch (random.nextInt(4)) {
            case 0 -> assertWhole(key, map.get(key(key)));
            case 1 -> {
                final int length = map.get(new UnsafeBuffer(key(key)), 0, 4, target, 0);
                assertTrue(length < 0 || isWhole(key, new UnsafeBuffer(target, 0, length)), () -> "key " + key);
            }
            default ->
                assertTrue(map.readLong(key(key), view -> isWhole(key, view) ? 1 : 0, 1) == 1, () -> "key " + key);
        }
    }

    @Test
    void readersSeeWholeValuesOfTheirKeyWhileWritersReuseSpace() {
        final Path path = folder.resolve("pool");
        try (EngineStore store = TestStores.roomy(path)) {
            final KvMap map = store.map("m");
            final long deadline = deadline();
            Threads.together(6, thread -> {
                final SplittableRandom random = new SplittableRandom(thread);
                final UnsafeBuffer target = new UnsafeBuffer(new byte[40_000]);
                while (!isDue(deadline)) {
                    if (thread < 3) {
                        write(map, 300, random);
                    } else {
                        read(map, 300, random, target);
                    }
                }
            });
            // That nobody met a full store shows that space was reused: far more was written than the pool can hold.
            TestStores.assertSound(store);
            store.abandon();
        }
        try (EngineStore store = TestStores.roomy(path)) {
            store.map("m").forEach((key, value) -> {
                assertTrue(isWhole(key.getInt(0, java.nio.ByteOrder.BIG_ENDIAN), value));
                return true;
            });
            TestStores.assertSound(store);
        }
    }

    @Test
    void readersFindEveryKeyWhileItsPageIsSplit() {
        for (int round = 0; round < (TestStores.LONG ? 20 : 3); round++) {
            try (EngineStore store = TestStores.tiny(folder.resolve("pool" + round))) {
                final KvMap map = store.map("m");
                final AtomicLong written = new AtomicLong();
                final int count = 30_000;
                final List<Threads.Part> parts = new ArrayList<>();
                parts.add(thread -> {
                    for (int i = 0; i < count; i++) {
                        map.put(key(i), value(i, i, 8));
                        written.set(i + 1);
                    }
                });
                for (int reader = 0; reader < 2; reader++) {
                    parts.add(thread -> {
                        final SplittableRandom random = new SplittableRandom(thread);
                        for (long known = 0; known < count; known = written.get()) {
                            if (known > 0) {
                                final int key = (int) (known - 1 - random.nextInt((int) Math.min(known, 2_000)));
                                assertNotNull(map.get(key(key)), () -> "key " + key + " is not there");
                            }
                        }
                    });
                }
                Threads.together(parts);
                assertTrue(store.stats().splits() > 50);
                assertEquals(count, map.size());
                TestStores.assertSound(store);
            }
        }
    }

    /** A map begins with one leaf, and gets its directory at its first split. */
    @Test
    void readersFindEveryKeyWhileAMapGetsItsDirectory() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final int maps = TestStores.LONG ? 3_000 : 300;
            final int count = 600;
            final AtomicLong written = new AtomicLong();
            Threads.together(3, thread -> {
                final SplittableRandom random = new SplittableRandom(thread);
                if (thread == 0) {
                    for (long i = 0; i < (long) maps * count; i++) {
                        final int key = (int) (i % count);
                        store.map("m" + i / count).put(key(key), value(key, i, 0));
                        written.set(i + 1);
                    }
                    return;
                }
                for (long known = 0; known < (long) maps * count; known = written.get()) {
                    if (known > 0) {
                        final KvMap map = store.map("m" + (known - 1) / count);
                        for (int i = 0; i < 50; i++) {
                            final int key = random.nextInt((int) ((known - 1) % count) + 1);
                            assertNotNull(map.get(key(key)), () -> "key " + key + " of " + map.name());
                        }
                    }
                }
            });
        }
    }

    @Test
    void iterationSeesEachKeyThatStaysExactlyOnce() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final int stable = 2_000;
            for (int i = 0; i < stable; i++) {
                map.put(key(i), value(i, 1, 20));
            }
            final long deadline = deadline();
            Threads.together(3, thread -> {
                final SplittableRandom random = new SplittableRandom(thread);
                while (!isDue(deadline)) {
                    if (thread == 0) {
                        final int[] seen = new int[stable];
                        map.forEach((key, value) -> {
                            final int number = key.getInt(0, java.nio.ByteOrder.BIG_ENDIAN);
                            assertTrue(isWhole(number, value));
                            if (number < stable) {
                                seen[number]++;
                            }
                            return true;
                        });
                        for (int i = 0; i < stable; i++) {
                            assertEquals(1, seen[i], "visits of key " + i);
                        }
                    } else {
                        final int key = random.nextInt(10) == 0
                                ? random.nextInt(stable) // overwritten, but there all the time
                                : stable + thread * 100_000 + random.nextInt(15_000);
                        if (key >= stable && random.nextInt(3) == 0) {
                            map.delete(key(key));
                        } else {
                            map.put(key(key), value(key, random.nextLong(), 20));
                        }
                    }
                }
            });
            TestStores.assertSound(store);
        }
    }

    @Test
    void theSizeIsExactWhenAllIsQuietAndAfterAKill() {
        final Path path = folder.resolve("pool");
        long expected = 0;
        for (int open = 0; open < 3; open++) {
            final AtomicLong change = new AtomicLong();
            try (EngineStore store = TestStores.tiny(path)) {
                final KvMap map = store.map("m");
                Threads.together(4, thread -> {
                    final SplittableRandom random = new SplittableRandom(thread * 77 + 5);
                    for (int i = 0; i < 4_000; i++) {
                        final int key = random.nextInt(6_000);
                        if (random.nextInt(5) < 3) {
                            change.addAndGet(map.putIfAbsent(key(key), value(key, i, 10)) ? 1 : 0);
                        } else {
                            change.addAndGet(map.delete(key(key)) ? -1 : 0);
                        }
                        if (i % 1_000 == 999) {
                            assertTrue(map.size() >= 0); // counts for the first time while others write
                        }
                    }
                });
                expected += change.get();
                assertEquals(expected, map.size());
                TestStores.assertSound(store);
                if (open == 1) {
                    store.abandon();
                }
            }
        }
        try (EngineStore store = TestStores.tiny(path)) {
            assertEquals(expected, store.map("m").size());
        }
    }

    /** Who is refused was in for a moment. */
    @Test
    void closingIsDoneAlthoughOthersGoOnCalling() {
        for (int round = 0; round < (TestStores.LONG ? 5_000 : 200); round++) {
            final EngineStore store = TestStores.tiny(folder.resolve("pool"));
            final KvMap map = store.map("m");
            final CountDownLatch running = new CountDownLatch(3);
            final AtomicBoolean isDone = new AtomicBoolean();
            final Threads.Part caller = thread -> {
                running.countDown();
                while (!isDone.get()) {
                    try {
                        assertFalse(map.contains(key(1)));
                    } catch (final StoreClosedException e) {
                        // and calls again
                    }
                }
            };
            Threads.together(List.of(caller, caller, caller, thread -> {
                running.await();
                try {
                    assertTrue(store.close(Duration.ofSeconds(60)));
                } finally {
                    isDone.set(true);
                }
            }));
        }
    }

    @Test
    void closingInTheMiddleOfEverythingEndsInTypedExceptions() {
        final Path path = folder.resolve("pool");
        final SplittableRandom seeds = new SplittableRandom(8);
        for (int round = 0; round < (TestStores.LONG ? 300 : 15); round++) {
            final EngineStore store = TestStores.roomy(path);
            final KvMap map = store.map("m");
            final CountDownLatch running = new CountDownLatch(5);
            final List<Threads.Part> parts = new ArrayList<>();
            final long seed = seeds.nextLong();
            for (int i = 0; i < 5; i++) {
                parts.add(thread -> {
                    final SplittableRandom random = new SplittableRandom(seed + thread);
                    final UnsafeBuffer target = new UnsafeBuffer(new byte[40_000]);
                    running.countDown();
                    try {
                        while (true) {
                            switch (thread) {
                                case 0, 1 -> write(map, 400, random);
                                case 2 -> read(map, 400, random, target);
                                case 3 ->
                                    map.forEach((key, value) ->
                                            isWhole(key.getInt(0, java.nio.ByteOrder.BIG_ENDIAN), value));
                                default -> {
                                    assertTrue(
                                            store.map("map" + random.nextInt(4)).size() >= 0);
                                    assertTrue(store.stats().chunks() > 0);
                                    assertTrue(store.mapNames().size() > 0);
                                }
                            }
                        }
                    } catch (final StoreClosedException e) {
                        assertTrue(String.valueOf(e.getMessage()).contains(path.toString()), e.getMessage());
                    }
                });
            }
            parts.add(thread -> {
                running.await();
                final long until = System.nanoTime() + seeds.split().nextInt(12_000_000);
                while (!isDue(until)) {
                    Thread.onSpinWait();
                }
                assertTrue(store.close(Duration.ofSeconds(60)));
            });
            Threads.together(parts);
        }
        try (EngineStore store = TestStores.roomy(path)) {
            store.map("m").forEach((key, value) -> {
                assertTrue(isWhole(key.getInt(0, java.nio.ByteOrder.BIG_ENDIAN), value));
                return true;
            });
            TestStores.assertSound(store);
        }
    }

    @Test
    void thousandsOfThreadsWorkAtOnce() throws Exception {
        final int count = 3_000;
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final ExecutorService executor = Threads.many();
            try {
                final List<Future<?>> futures = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    final int number = i;
                    futures.add(executor.submit(() -> {
                        map.put(key(number), value(number, number, 40));
                        map.read(key(number), view -> {
                            assertTrue(isWhole(number, view));
                            LockSupport.parkNanos(1_000); // others run while this one is in its scope
                            return map.contains(key(number));
                        });
                    }));
                }
                for (final Future<?> future : futures) {
                    future.get(60, TimeUnit.SECONDS);
                }
            } finally {
                executor.shutdown();
                assertTrue(executor.awaitTermination(30, TimeUnit.SECONDS));
            }
            assertEquals(count, map.size());
            TestStores.assertSound(store);
        }
    }

    @Test
    void manyReadersMayBeInTheirScopesAtOnce() throws Exception {
        final int count = 300;
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            map.put(key(1), value(1, 1, 100));
            final CountDownLatch inside = new CountDownLatch(count);
            Threads.together(
                    count,
                    thread -> map.read(key(1), view -> {
                        inside.countDown();
                        try {
                            assertTrue(inside.await(60, TimeUnit.SECONDS));
                        } catch (final InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        assertTrue(isWhole(1, view));
                        return true;
                    }));
            TestStores.assertSound(store);
        }
    }

    @Test
    void aReaderThatDoesNotEndKeepsItsValueAndDelaysReuseOnly() throws Exception {
        try (EngineStore store = TestStores.tiny(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            final byte[] first = value(1, 1, 3_000);
            map.put(key(1), first);
            final CountDownLatch inside = new CountDownLatch(1);
            final CountDownLatch end = new CountDownLatch(1);
            final AtomicBoolean full = new AtomicBoolean();
            Threads.together(List.of(
                    thread -> map.read(key(1), view -> {
                        inside.countDown();
                        try {
                            assertTrue(end.await(60, TimeUnit.SECONDS));
                        } catch (final InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        assertArrayEquals(first, view.toByteArray(), "the value while the scope lasts");
                        return true;
                    }),
                    thread -> {
                        inside.await();
                        try {
                            for (int i = 0; i < 20_000 && !full.get(); i++) {
                                map.put(key(i % 50), value(i % 50, i, 3_000));
                            }
                        } catch (final StoreFullException e) {
                            full.set(true);
                        }
                        assertTrue(
                                store.stats().retired() > 1_000,
                                () -> store.stats().toString());
                        assertTrue(
                                store.stats().oldestReaderMillis() > 0,
                                () -> store.stats().toString());
                        assertNotNull(map.get(key(7)), "reads go on");
                        end.countDown();
                    }));
            assertTrue(full.get(), "16 MiB cannot hold 60 MB of versions that a reader may need");
            for (int i = 0; i < 20_000; i++) {
                map.put(key(i % 50), value(i % 50, i, 3_000)); // and now there is room again
            }
            TestStores.assertSound(store);
            assertEquals(0, store.stats().retired());
        }
    }

    @Test
    void aCloseThatDoesNotWaitLeavesARunningReaderUnharmed() throws Exception {
        final Path path = folder.resolve("pool");
        final EngineStore store = TestStores.tiny(path);
        final KvMap map = store.map("m");
        map.put(key(1), value(1, 1, 3_000));
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        Threads.together(List.of(
                thread -> map.read(key(1), view -> {
                    inside.countDown();
                    try {
                        assertTrue(end.await(60, TimeUnit.SECONDS));
                    } catch (final InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    assertTrue(isWhole(1, view));
                    return true;
                }),
                thread -> {
                    inside.await();
                    assertFalse(store.close(Duration.ZERO));
                    org.junit.jupiter.api.Assertions.assertThrows(StoreClosedException.class, () -> map.get(key(1)));
                    end.countDown();
                }));
        assertTrue(store.close(Duration.ofSeconds(10)));
    }

    @Test
    void verifyReportsNothingThatOnlyAWriterInBetweenExplains() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            final KvMap map = store.map("m");
            for (int i = 0; i < 500; i++) {
                map.put(key(i), value(i, i, 20));
            }
            final AtomicBoolean done = new AtomicBoolean();
            Threads.together(List.of(
                    thread -> {
                        final long deadline = deadline();
                        final SplittableRandom random = new SplittableRandom(3);
                        while (!isDue(deadline)) {
                            write(map, 3_000, random);
                            final long pause = System.nanoTime() + random.nextInt(3_000_000);
                            while (!isDue(pause)) {
                                Thread.onSpinWait();
                            }
                        }
                        done.set(true);
                    },
                    thread -> {
                        while (!done.get()) {
                            final VerifyReport report = store.verify();
                            assertTrue(report.isSound(), () -> String.join("\n", report.problems()));
                        }
                    }));
            TestStores.assertSound(store);
        }
    }
}
