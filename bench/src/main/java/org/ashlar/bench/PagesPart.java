package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;

/**
 * What pages of 2 MiB do for a store: the same records in two pools, one in a directory whose files the kernel maps by such pages, one in an
 * ordinary one, measured in turns. Ratios are taken within a round; what is reported is the median of the rounds.
 */
final class PagesPart {
    private static final String POOL = "store.pool";
    private static final int SLICES = 20;

    private enum Measured {
        GET("get"),
        GET_CHAINED("get, chained"),
        READ_MANY("read in place, " + StoreOperations.BATCH + " keys a call"),
        UPDATE("update");

        private final String title;

        Measured(final String title) {
            this.title = title;
        }

        private Operation of(final StoreOperations operations) {
            return switch (this) {
                case GET -> operations::get;
                case GET_CHAINED -> operations::getChained;
                case READ_MANY -> operations::readMany;
                case UPDATE -> operations::update;
            };
        }
    }

    private PagesPart() {}

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        report.section("Pages of 2 MiB");
        final Path hugePath = settings.hugePath;
        if (hugePath == null) {
            report.note("not measured: --huge-path names no directory for them");
            return;
        }
        final long bytes = Scratch.poolBytes(settings.records);
        try (Scratch small = Scratch.in(settings.path, bytes);
                Scratch huge = Scratch.in(hugePath, bytes);
                Store smallStore = Pools.open(small.file(POOL));
                Store hugeStore = Pools.open(huge.file(POOL));
                Meter meter = new Meter(settings.cpuTime)) {
            final KvMap smallMap = smallStore.map(Pools.MAP);
            final KvMap hugeMap = hugeStore.map(Pools.MAP);
            Pools.load(smallMap, 0, settings.records);
            Pools.load(hugeMap, 0, settings.records);
            report.fact("mapped by them, --huge-path", mapped(huge, hugeStore));
            report.fact("mapped by them, --path", mapped(small, smallStore));
            compare(
                    settings,
                    report,
                    meter,
                    new StoreOperations(smallMap, settings.records, 1),
                    new StoreOperations(hugeMap, settings.records, 1));
        }
    }

    private static String mapped(final Scratch scratch, final Store store) throws IOException {
        return String.format(
                "%,d MiB of a pool of %,d MiB",
                ProcessMemory.withoutFile(scratch.file(POOL)).fileHugeBytes() >> 20,
                store.stats().poolBytes() >> 20);
    }

    private static void compare(
            final Settings settings,
            final Report report,
            final Meter meter,
            final StoreOperations small,
            final StoreOperations huge)
            throws InterruptedException {
        final Map<Measured, Series> smallRates = new EnumMap<>(Measured.class);
        final Map<Measured, Series> hugeRates = new EnumMap<>(Measured.class);
        for (int round = 0; round <= settings.rounds; round++) {
            for (final Measured measured : Measured.values()) {
                double smallRate = 0;
                double hugeRate = 0;
                for (int slice = 0; slice < SLICES; slice++) {
                    smallRate += rate(settings, meter, measured.of(small)) / SLICES;
                    hugeRate += rate(settings, meter, measured.of(huge)) / SLICES;
                }
                if (round > 0) { // the first one warms up
                    smallRates.computeIfAbsent(measured, any -> new Series()).add(smallRate);
                    hugeRates.computeIfAbsent(measured, any -> new Series()).add(hugeRate);
                }
            }
        }
        for (final Measured measured : Measured.values()) {
            final Series of = Objects.requireNonNull(hugeRates.get(measured));
            final Series than = Objects.requireNonNull(smallRates.get(measured));
            report.figure(measured.title + ", pages of 4 KiB", 1e9 / than.median(), "ns");
            report.figure(measured.title + ", pages of 2 MiB", 1e9 / of.median(), "ns");
            report.figure(measured.title + ", 2 MiB / 4 KiB", of.dividedBy(than).median(), "");
        }
    }

    private static double rate(final Settings settings, final Meter meter, final Operation operation)
            throws InterruptedException {
        return meter.opsPerSecond(List.of(operation), settings.measurementNanos() / SLICES);
    }
}
