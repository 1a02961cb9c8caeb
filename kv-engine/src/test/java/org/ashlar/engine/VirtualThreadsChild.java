package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.pmem.Geometry;

/** Many threads on a store. Ends with 1 when one of them fails, or does not end. */
final class VirtualThreadsChild {
    static final String ALL_HAVE_ENDED = "all have ended, virtual ones: ";

    private static final int LIMIT_SECONDS = 120; // of those who wait for one that does not come
    private static final int KEYS = 20; // in one page, so that its lock is fought for
    private static final int INCREMENTS = 600;

    private final KvMap map;
    private final ExecutorService executor = Threads.many();
    private final int threads;

    private VirtualThreadsChild(final KvMap map, final int threads) {
        this.map = map;
        this.threads = threads;
    }

    /** Arguments: the pool, and the durability of its writes. */
    public static void main(final String[] arguments) {
        try {
            final boolean areVirtual = areVirtual();
            try (EngineStore store = EngineStore.open(
                    Path.of(arguments[0]),
                    TestStores.options().withDurability(Durability.valueOf(arguments[1])),
                    new Tuning(new Geometry(64 << 10, 256 << 10, 4096), 42))) {
                final VirtualThreadsChild child = new VirtualThreadsChild(store.map("m"), areVirtual ? 4_000 : 400);
                child.allAreInsideAtOnce();
                child.noIncrementIsLost();
                TestStores.assertSound(store);
            }
            System.out.println(ALL_HAVE_ENDED + areVirtual);
            Runtime.getRuntime().halt(0);
        } catch (final Exception | AssertionError e) {
            e.printStackTrace();
            System.err.flush();
            Runtime.getRuntime().halt(1); // others may never end
        }
    }

    private static boolean areVirtual() throws Exception {
        return Threads.many()
                .submit(() -> Thread.currentThread().toString())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                .startsWith("VirtualThread");
    }

    private static byte[] bytes(final int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    private void each(final int count, final Threads.Part part) throws Exception {
        final List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int number = i;
            futures.add(executor.submit(() -> {
                part.run(number);
                return null;
            }));
        }
        for (final Future<?> future : futures) {
            future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Nobody leaves a view or a slot before all have one. */
    private void allAreInsideAtOnce() throws Exception {
        map.put(bytes(-1), bytes(1));
        final CountDownLatch outside = new CountDownLatch(threads);
        each(threads, number -> {
            if (number % 2 == 0) {
                assertEquals(bytes(1).length, map.readLong(bytes(-1), view -> waitFor(outside) + view.capacity(), -1));
            } else if (number % 16 == 1) {
                map.put(bytes(number), Integer.BYTES, slot -> slot.putBytes(0, bytes((int) waitFor(outside) + number)));
                assertArrayEquals(bytes(number), map.get(bytes(number)));
            } else {
                assertNotNull(map.compute(bytes(-2 - number % 7), before -> bytes((int) waitFor(outside))));
            }
        });
    }

    private static long waitFor(final CountDownLatch outside) {
        outside.countDown();
        try {
            outside.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
        return 0;
    }

    /**
     * Writers of few keys, which wait for one another's locks and for the device, and readers beside them. A thread with a processor of its own
     * keeps the device busy: so who has a lock waits without the carrier.
     */
    private void noIncrementIsLost() throws Exception {
        final AtomicBoolean ends = new AtomicBoolean();
        final Thread other = new Thread(() -> {
            for (int i = 0; !ends.get(); i++) {
                map.put(bytes(KEYS + i % KEYS), bytes(i));
            }
        });
        other.start();
        increment(); // where this fails, the other thread may not end either
        ends.set(true);
        other.join();
    }

    private void increment() throws Exception {
        final int increments = Math.min(threads, INCREMENTS);
        for (int i = 0; i < KEYS; i++) {
            map.put(bytes(i), bytes(0));
        }
        each(threads, number -> {
            final byte[] key = bytes(number % KEYS);
            if (number < increments) {
                map.compute(
                        key,
                        before -> bytes(
                                ByteBuffer.wrap(Objects.requireNonNull(before)).getInt() + 1));
            } else {
                assertNotNull(map.get(key));
            }
        });
        int sum = 0;
        for (int i = 0; i < KEYS; i++) {
            sum += ByteBuffer.wrap(Objects.requireNonNull(map.get(bytes(i)))).getInt();
        }
        assertEquals(increments, sum);
    }
}
