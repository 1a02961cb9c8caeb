package org.ashlar.engine.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.DescriptorPlacement;
import org.ashlar.pmem.DurabilityRequest;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;
import org.jspecify.annotations.Nullable;

/** One store and one pool for all states of a forked JVM: each state takes a key or a page of its own. */
final class StressPool {
    private static final long KEYS = 100_000;
    private static final Path FOLDER = folder();
    private static final AtomicLong NEXT = new AtomicLong();

    private StressPool() {}

    private static Path folder() {
        try {
            final Path memory = Path.of("/dev/shm");
            final Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "ashlar-stress-")
                    : Files.createTempDirectory("ashlar-stress-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Files.deleteIfExists(folder.resolve("store"));
                    Files.deleteIfExists(folder.resolve("pool"));
                    Files.deleteIfExists(folder);
                } catch (final IOException e) {
                    System.err.println(folder + " is left: " + e);
                }
            }));
            return folder;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A map, with splits and reuse of space going on all the time, as states come and go. */
    static final class Maps {
        static final KvMap MAP = Store.open(
                        FOLDER.resolve("store"),
                        StoreOptions.defaults()
                                .withInitialBytes(1 << 20)
                                .withMaximumBytes(1 << 30)
                                .withPlacement(Placement.POOL)
                                .withDurability(Durability.WRITE_BACK_FORCED)
                                .withBackgroundWork(false))
                .map("m");

        private Maps() {}
    }

    /** Eight bytes, none of which another state uses at the same time. */
    static byte[] nextKey() {
        final long number = NEXT.getAndIncrement() % KEYS;
        final byte[] key = new byte[Long.BYTES];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (number >>> (i * Byte.SIZE));
        }
        return key;
    }

    /** The first byte of a value, 0 for none. */
    static int first(final byte @Nullable [] value) {
        return value == null ? 0 : value[0];
    }

    /** A pool without an engine, of more pages than there are states at a time. */
    static final class Pages {
        static final Pool POOL = Pool.open(
                FOLDER.resolve("pool"),
                PoolOptions.builder()
                        .geometry(new Geometry(64 << 10, 256 << 10, 2048))
                        .initialBytes(128 << 20)
                        .placement(DescriptorPlacement.POOL)
                        .durability(DurabilityRequest.WRITE_BACK_FORCED)
                        .backgroundGrowth(false)
                        .build());

        private static final long PAGES;

        static {
            POOL.allocateChunksTo(POOL.chunkCount());
            PAGES = (long) POOL.chunkCount() * POOL.geometry().pagesPerChunk();
        }

        private Pages() {}

        static long next() {
            return NEXT.getAndIncrement() % PAGES;
        }
    }
}
