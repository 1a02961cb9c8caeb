package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;

/** Puts that wait for an ordinary disk ({@code msync}): of one thread, of many that share its syncs, and without waiting. */
final class SyncPart {
    private static final long FREE_BYTES = 1L << 30;
    private static final int MANY = 32;
    private static final int KEYS = 100_000;

    private SyncPart() {}

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        report.section("Group commit");
        try (Scratch scratch = Scratch.in(settings.diskPath, FREE_BYTES)) {
            final Path file = scratch.file("sync.pool");
            final StoreOptions options =
                    StoreOptions.defaults().withMaximumBytes(FREE_BYTES / 2).withDurability(Durability.POWER_FAILURE);
            try (Store store = Store.open(file, options)) {
                report.fact(
                        "durability",
                        store.durability().mechanism() + ": "
                                + store.durability().reason());
                final KvMap map = store.map(Pools.MAP);
                putAsync(map, 0, TimeUnit.SECONDS.toNanos(1)); // warms up, and loads
                final double one = put(map, 1, settings.measurementNanos());
                final double many = put(map, MANY, settings.measurementNanos());
                final double async = putAsync(map, 7, settings.measurementNanos());
                report.figure("puts of one thread", one, "ops/s");
                report.figure("puts of " + MANY + " threads", many, "ops/s");
                report.figure("putAsync from one thread", async, "ops/s");
                report.figure(MANY + " threads / one", many / one, "");
                report.figure("putAsync / one", async / one, "");
            }
        }
    }

    private static byte[] key(final long number) {
        return Long.toString(number % KEYS).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static double put(final KvMap map, final int threads, final long nanos) throws InterruptedException {
        final AtomicLong next = new AtomicLong();
        final long begin = System.nanoTime();
        final List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final Thread thread = new Thread(() -> {
                while (System.nanoTime() - begin < nanos) {
                    map.put(key(next.getAndIncrement()), new byte[Records.VALUE_BYTES]);
                }
            });
            thread.start();
            all.add(thread);
        }
        for (final Thread thread : all) {
            thread.join();
        }
        return next.get() * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - begin);
    }

    private static double putAsync(final KvMap map, final long first, final long nanos) {
        final List<CompletableFuture<Void>> puts = new ArrayList<>();
        final long begin = System.nanoTime();
        long next = first;
        while (System.nanoTime() - begin < nanos) {
            puts.add(map.putAsync(key(next++), new byte[Records.VALUE_BYTES]));
        }
        CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();
        return puts.size() * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - begin);
    }
}
