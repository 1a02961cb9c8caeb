package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.pmem.LinearRegion;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolOptions;

/**
 * A very large pool in a sparse file on an ordinary disk: how long each step takes, and what it touches. The layout
 * creates it and writes at both ends; the engine then lives in the same pool, and what lies at the far end stays as it
 * was.
 */
final class LargePart {
    private static final long FREE_BYTES = 1L << 30;
    private static final double MOST_SECONDS = 10;
    private static final double MOST_MIB = 16;
    private static final double BYTES_OF_MIB = 1 << 20;
    private static final long PATTERN = 0x6173686C61722121L;
    private static final int RECORDS = 1000;

    private final Settings settings;
    private final Report report;
    private final Path file;
    private double blocksBefore;
    private double secondsInAll;

    private LargePart(final Settings settings, final Report report, final Path file) {
        this.settings = settings;
        this.report = report;
        this.file = file;
    }

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.in(settings.diskPath, FREE_BYTES)) {
            new LargePart(settings, report, scratch.file("large.pool")).run();
        }
    }

    private void run() throws IOException, InterruptedException {
        report.section("Large");
        report.note(
                "for each step: time, blocks that the device gave meanwhile, pages of the file in the mapping afterwards");
        final Pool created = open("create the pool", () -> Pool.open(file, poolOptions()));
        report.fact("section", (created.geometry().sectionBytes() >> 20) + " MiB");
        report.fact("linear bytes", Long.toString(created.dataBytes()));
        step("close it", created::closeCleanly);
        final Pool pool = open("open it", () -> Pool.open(file, poolOptions()));
        final long lastOffset = pool.dataBytes() - Long.BYTES;
        step("write both ends of the linear region", () -> {
            write(pool, 0, PATTERN);
            write(pool, lastOffset, PATTERN);
        });
        checkPattern(pool.region(), 0);
        checkPattern(pool.region(), lastOffset);
        step("close it again", () -> {
            write(pool, 0, 0);
            pool.closeCleanly();
        });
        final Store store = open("open it with the engine", () -> Store.open(file, storeOptions()));
        step("put " + RECORDS + " records", () -> Pools.load(store.map(Pools.MAP), 0, RECORDS));
        report.fact(
                "durability",
                store.durability().mechanism() + ": " + store.durability().reason());
        step("close the store", store::close);
        final Store reopened = open("reopen it", () -> Store.open(file, storeOptions()));
        step("get " + RECORDS + " records", () -> verify(reopened.map(Pools.MAP)));
        step("close the store again", reopened::close);
        try (Pool last = Pool.open(file, poolOptions())) {
            checkPattern(last.region(), lastOffset);
        }
        report.figure("all steps", secondsInAll, "s", Target.atMost(MOST_SECONDS));
        report.figure(
                "blocks of the file at the end",
                DeviceBlocks.bytesOf(file) / BYTES_OF_MIB,
                "MiB",
                Target.atMost(MOST_MIB));
    }

    private PoolOptions poolOptions() {
        return PoolOptions.builder()
                .initialBytes(settings.largeBytes)
                .maximumBytes(settings.largeBytes)
                .build();
    }

    private StoreOptions storeOptions() {
        return StoreOptions.defaults().withInitialBytes(settings.largeBytes).withMaximumBytes(settings.largeBytes);
    }

    private static void write(final Pool pool, final long offset, final long value) {
        pool.allocateRange(offset, Long.BYTES);
        pool.region().putLong(offset, value);
        pool.region().persist(offset, Long.BYTES);
    }

    private static void checkPattern(final LinearRegion region, final long offset) {
        final long found = region.getLong(offset);
        if (found != PATTERN) {
            throw new IllegalStateException("at linear offset " + offset + ": wrote " + Long.toHexString(PATTERN)
                    + ", found " + Long.toHexString(found));
        }
    }

    private static void verify(final KvMap map) {
        Pools.verifySample(map, RECORDS, RECORDS);
    }

    private void step(final String name, final Runnable action) throws IOException, InterruptedException {
        final boolean done = open(name, () -> {
            action.run();
            return true;
        });
        assert done;
    }

    private <T> T open(final String name, final Supplier<T> action) throws IOException, InterruptedException {
        final long begin = System.nanoTime();
        final T result = action.get();
        final long nanos = System.nanoTime() - begin;
        secondsInAll += (double) nanos / TimeUnit.SECONDS.toNanos(1);
        final double blocks = DeviceBlocks.bytesOf(file) / BYTES_OF_MIB;
        report.figure(name, (double) nanos / TimeUnit.MILLISECONDS.toNanos(1), "ms");
        report.figure("  blocks", blocks - blocksBefore, "MiB");
        report.figure("  mapped pages", ProcessMemory.withoutFile(file).fileResidentBytes() / BYTES_OF_MIB, "MiB");
        blocksBefore = blocks;
        return result;
    }
}
