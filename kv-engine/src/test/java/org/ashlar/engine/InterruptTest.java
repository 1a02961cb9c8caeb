package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.HeldSyncs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An interrupt ends no wait of the store, loses nothing, and is there for the caller afterwards. */
@Isolated("the sync that is held may come up in any pool")
final class InterruptTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir(factory = DiskFolder.class)
    Path folder;

    private EngineStore open(final Durability durability) {
        final StoreOptions options = StoreOptions.defaults()
                .withInitialBytes(512 << 10)
                .withMaximumBytes(64L << 20)
                .withBackgroundWork(false)
                .withDurability(durability);
        return EngineStore.open(folder.resolve("pool"), options, Tuning.tiny());
    }

    private static byte[] bytes(final int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** A call on a thread of its own, and whether the thread was interrupted when it returned. */
    private static final class Call<T> {
        private final FutureTask<T> task;
        private final Thread thread;
        private boolean flagOnReturn;

        Call(final Callable<T> body) {
            task = new FutureTask<>(() -> {
                final T result = body.call();
                flagOnReturn = Thread.currentThread().isInterrupted();
                return result;
            });
            thread = new Thread(task, "call");
            thread.setDaemon(true);
            thread.start();
        }

        /** Interrupts the call when it waits in a class; whether it waits there again. */
        boolean waitsOnWhenInterruptedIn(final String className) {
            while (thread.isAlive() && !waitsIn(className)) {
                Thread.onSpinWait();
            }
            thread.interrupt();
            while (thread.isInterrupted() && isIn(className)) { // who waits on has to clear the flag first
                Thread.onSpinWait();
            }
            while (isIn(className) && !waitsIn(className)) {
                Thread.onSpinWait();
            }
            return isIn(className);
        }

        private boolean isIn(final String className) {
            return Arrays.stream(thread.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().endsWith('.' + className));
        }

        private boolean waitsIn(final String className) {
            final Thread.State state = thread.getState();
            return (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) && isIn(className);
        }

        boolean isRunning() {
            return !task.isDone();
        }

        T result() throws Exception {
            final T result = task.get();
            assertTrue(flagOnReturn, "the interrupt is the caller's to see");
            return result;
        }
    }

    @Test
    void aPutThatWaitsForAGroupCommitReturnsAfterItsOwnSync() throws Exception {
        final EngineStore store = open(Durability.POWER_FAILURE);
        final KvMap map = store.map("m");
        map.put(bytes(0), bytes(0)); // what the first put of a map prepares is not the matter here
        try (HeldSyncs held = HeldSyncs.holdNext()) {
            final FutureTask<Void> first = new FutureTask<>(() -> map.put(bytes(1), bytes(1)), null);
            new Thread(first, "first").start();
            held.awaitHeld();
            final Call<Integer> waiter = new Call<>(() -> {
                map.put(bytes(2), bytes(2));
                return held.begun();
            });
            assertTrue(waiter.waitsOnWhenInterruptedIn("PageSyncer"), "its bytes are not on the device");
            held.release();
            assertTrue(waiter.result() > 1, "the sync that was held began before the put wrote");
            first.get();
        }
        store.abandon();
        assertHas(1, 2);
    }

    @Test
    void putAsyncWaitsForRoomInItsLane() throws Exception {
        final EngineStore store = open(Durability.POWER_FAILURE);
        final KvMap map = store.map("m");
        final List<CompletableFuture<Void>> puts = new ArrayList<>();
        try (HeldSyncs held = HeldSyncs.holdNext()) {
            puts.add(map.putAsync(bytes(1), bytes(-1)));
            held.awaitHeld();
            for (int i = 0; i < AsyncLanes.LANE_CAPACITY; i++) {
                puts.add(map.putAsync(bytes(1), bytes(i)));
            }
            final Call<CompletableFuture<Void>> waiter = new Call<>(() -> map.putAsync(bytes(1), bytes(1)));
            assertTrue(waiter.waitsOnWhenInterruptedIn("AsyncLanes"), "the lane is full");
            held.release();
            puts.add(waiter.result());
        }
        for (final CompletableFuture<Void> put : puts) {
            assertNull(put.get());
        }
        store.abandon();
        assertHas(1);
    }

    @Test
    void closeWaitsForTheWritesThatWereTaken() throws Exception {
        final EngineStore store = open(Durability.POWER_FAILURE);
        final KvMap map = store.map("m");
        final CompletableFuture<Void> begun;
        final CompletableFuture<Void> queued;
        try (HeldSyncs held = HeldSyncs.holdNext()) {
            begun = map.putAsync(bytes(1), bytes(0));
            held.awaitHeld();
            queued = map.putAsync(bytes(1), bytes(1));
            final Call<Boolean> closer = new Call<>(() -> store.close(LONG));
            assertTrue(closer.waitsOnWhenInterruptedIn("AsyncLanes"), "a write waits for its turn");
            held.release();
            assertTrue(closer.result());
        }
        assertNull(begun.get());
        assertNull(queued.get());
        assertHas(1);
    }

    @Test
    void closeWaitsForAReaderThatIsInside() throws Exception {
        final EngineStore store = open(Durability.PROCESS_CRASH);
        final KvMap map = store.map("m");
        map.put(bytes(1), bytes(1));
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch mayLeave = new CountDownLatch(1);
        final FutureTask<byte[]> reader = new FutureTask<>(() -> map.read(bytes(1), view -> {
            inside.countDown();
            try {
                mayLeave.await();
            } catch (final InterruptedException e) {
                throw new AssertionError(e);
            }
            return view.toByteArray();
        }));
        new Thread(reader, "reader").start();
        inside.await();
        final Call<Boolean> closer = new Call<>(() -> {
            Thread.currentThread().interrupt();
            return store.close(LONG);
        });
        for (int refused = 0; refused < 1_000; ) { // closed to others, so the closer has come to its wait
            try {
                map.contains(bytes(1));
            } catch (final StoreClosedException e) {
                refused++;
            }
        }
        assertTrue(closer.isRunning(), "a reader is inside");
        mayLeave.countDown();
        assertArrayEquals(bytes(1), reader.get());
        assertTrue(closer.result());
        assertHas(1);
    }

    private void assertHas(final int... numbers) {
        try (EngineStore store = open(Durability.PROCESS_CRASH)) {
            for (final int number : numbers) {
                assertArrayEquals(bytes(number), store.map("m").get(bytes(number)));
            }
            TestStores.assertSound(store);
        }
    }

    // ------------------------------------------------------------------------------------------------------ stress

    /** Works on keys of its own, so it knows what each of them has. */
    private static final class Worker {
        private static final int KEYS = 60;

        private final EngineStore store;
        private final KvMap map;
        private final int number;
        private final SplittableRandom random;
        private final Map<Integer, byte[]> acknowledged = new HashMap<>();
        private final List<CompletableFuture<Void>> puts = new ArrayList<>();

        Worker(final EngineStore store, final int number) {
            this.store = store;
            this.number = number;
            map = store.map("m");
            random = new SplittableRandom(number);
        }

        void work(final int operations) {
            for (int i = 0; i < operations; i++) {
                // Where the flag is down, the next interrupt comes in the middle of something.
                final boolean wasUp =
                        Thread.currentThread().isInterrupted() && (random.nextBoolean() || !Thread.interrupted());
                operate();
                if (i % 64 == 63) {
                    store.compact();
                }
                assertTrue(!wasUp || Thread.currentThread().isInterrupted(), "only this thread may take its flag down");
            }
            settle();
        }

        private void operate() {
            final int key = number << 16 | random.nextInt(KEYS);
            final byte[] value = new byte[random.nextInt(20) == 0 ? 9_000 : 4 + random.nextInt(200)];
            random.nextBytes(value);
            final int kind = random.nextInt(8);
            if (kind > 4) {
                puts.add(map.putAsync(bytes(key), value));
                acknowledged.put(key, value);
                return;
            }
            settle();
            if (kind == 0) {
                assertEquals(acknowledged.remove(key) != null, map.delete(bytes(key)));
            } else if (kind < 3) {
                assertArrayEquals(acknowledged.get(key), map.get(bytes(key)));
            } else {
                map.put(bytes(key), value);
                acknowledged.put(key, value);
            }
        }

        /** Waits for the writes that were handed over; {@code join} goes on when it is interrupted, and keeps the flag. */
        private void settle() {
            puts.forEach(CompletableFuture::join);
            puts.clear();
        }

        void assertFound(final KvMap found) {
            for (int i = 0; i < KEYS; i++) {
                final int key = number << 16 | i;
                assertArrayEquals(acknowledged.get(key), found.get(bytes(key)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"POWER_FAILURE", "PROCESS_CRASH"})
    void nothingIsLostWhereAllThreadsAreInterruptedAllTheTime(final Durability durability) throws Exception {
        final int threads = 4;
        final int operations = durability == Durability.POWER_FAILURE ? 200 : 8_000;
        final EngineStore store = open(durability);
        final List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(new Worker(store, i));
        }
        final Queue<Thread> targets = new ConcurrentLinkedQueue<>();
        final AtomicInteger working = new AtomicInteger(threads);
        final AtomicBoolean ended = new AtomicBoolean();
        final List<Threads.Part> parts = new ArrayList<>();
        for (final Worker worker : workers) {
            parts.add(thread -> {
                targets.add(Thread.currentThread());
                try {
                    worker.work(operations);
                } finally {
                    if (working.decrementAndGet() == 0) {
                        try {
                            assertTrue(store.close(LONG));
                        } finally {
                            ended.set(true);
                        }
                    }
                }
            });
        }
        parts.add(thread -> {
            while (!ended.get()) {
                targets.forEach(Thread::interrupt);
                Thread.onSpinWait();
            }
        });
        Threads.together(parts);
        try (EngineStore again = open(durability)) {
            workers.forEach(worker -> worker.assertFound(again.map("m")));
            TestStores.assertSound(again);
        }
    }
}
