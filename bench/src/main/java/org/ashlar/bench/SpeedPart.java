package org.ashlar.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;
import org.jspecify.annotations.Nullable;

/**
 * Speed of the store beside the raw probe: both loaded once, then measured in turns, round after round, so that what
 * the machine does meanwhile hits both. Ratios are taken within a round; what is reported is the median of the rounds.
 */
final class SpeedPart {
    private static final double GET_OF_RAW = 0.85;
    private static final double MANY_OF_ONE = 2;
    private static final double UPDATE_OF_RAW_GET = 0.5;
    private static final double UPDATE_OF_RAW_UPDATE = 0.6;
    private static final double TWO_THREADS_OF_ONE = 1.85;

    private static final int ALLOCATION_OPERATIONS = 1_000_000;
    private static final int RECORDS_OF_INDEX_PAGE = 441;
    private static final int SPLITS_PER_READING_SPLIT = 8;
    private static final int VERIFIED_RECORDS = 100_000;
    private static final int THREADS = 2;
    private static final int SLICES = 20;

    /** What is measured in each round, in this order. */
    private enum Contender {
        RAW_GET("raw get", 1),
        STORE_GET("store get", 1),
        STORE_READ("store read in place", 1),
        RAW_CHAINED("raw get, chained", 1),
        STORE_CHAINED("store get, chained", 1),
        STORE_READ_CHAINED("store read in place, chained", 1),
        STORE_READ_MANY("store read in place, " + StoreOperations.BATCH + " keys a call", 1),
        RAW_UPDATE("raw update", 1),
        STORE_UPDATE("store update", 1),
        RAW_GET_TWO("raw get, 2 threads", THREADS),
        STORE_GET_TWO("store get, 2 threads", THREADS),
        RAW_UPDATE_TWO("raw update, 2 threads", THREADS),
        STORE_UPDATE_TWO("store update, 2 threads", THREADS);

        private final String title;
        private final int threads;

        Contender(final String title, final int threads) {
            this.title = title;
            this.threads = threads;
        }
    }

    private final Settings settings;
    private final Report report;

    private SpeedPart(final Settings settings, final Report report) {
        this.settings = settings;
        this.report = report;
    }

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        new SpeedPart(settings, report).run();
    }

    private void run() throws IOException, InterruptedException {
        final long rawBytes = RawProbe.bytes(settings.records, THREADS);
        try (Scratch scratch = Scratch.in(settings.path, rawBytes + Scratch.poolBytes(settings.records));
                Store store = Pools.open(scratch.file("store.pool"));
                RawMapping mapping = RawMapping.create(scratch.file("raw"), rawBytes);
                Meter meter = new Meter(settings.cpuTime)) {
            final KvMap map = store.map(Pools.MAP);
            load(store, map);
            final RawProbe raw = new RawProbe(mapping, settings.records);
            raw.fill();
            compare(meter, operations(map, raw));
            allocation(meter, map);
            Pools.verifySample(map, settings.records, Math.min(settings.records, VERIFIED_RECORDS));
        }
    }

    private void load(final Store store, final KvMap map) {
        report.section("Load");
        report.note("one thread, each put durable and timed on its own");
        final long begin = System.nanoTime();
        final Histogram nanos = Pools.loadTimed(map, settings.records);
        final double seconds = (System.nanoTime() - begin) / 1e9;
        report.figure("insert rate", settings.records / seconds, "ops/s");
        report.figure("insert, median", (double) nanos.getValueAtPercentile(50), "ns");
        report.figure("insert, 99th percentile", (double) nanos.getValueAtPercentile(99), "ns");
        report.figure("insert, 99.9th percentile", (double) nanos.getValueAtPercentile(99.9), "ns");
        report.figure("insert, longest", (double) nanos.getMaxValue(), "ns");
        final StoreStats stats = store.stats();
        report.figure("splits", (double) stats.splits(), "");
        report.figure(
                "records read by a split, on average",
                stats.splits() == 0 ? 0 : (double) stats.recordsReadBySplits() / stats.splits(),
                "records",
                Target.atMost((double) RECORDS_OF_INDEX_PAGE / SPLITS_PER_READING_SPLIT));
        SpacePart.report(report, "pool bytes per user byte", stats, settings.records);
        report.fact(
                "durability",
                store.durability().mechanism() + ": " + store.durability().reason());
    }

    private Map<Contender, List<Operation>> operations(final KvMap map, final RawProbe raw) {
        final List<StoreOperations> store = new ArrayList<>();
        final List<RawProbe.Operations> floor = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            store.add(new StoreOperations(map, settings.records, thread + 1));
            floor.add(raw.operations(thread, THREADS, thread + 1));
        }
        final Map<Contender, List<Operation>> operations = new EnumMap<>(Contender.class);
        operations.put(Contender.RAW_GET, List.of(floor.get(0)::get));
        operations.put(Contender.STORE_GET, List.of(store.get(0)::get));
        operations.put(Contender.STORE_READ, List.of(store.get(0)::read));
        operations.put(Contender.RAW_CHAINED, List.of(floor.get(0)::getChained));
        operations.put(Contender.STORE_CHAINED, List.of(store.get(0)::getChained));
        operations.put(Contender.STORE_READ_CHAINED, List.of(store.get(0)::readChained));
        operations.put(Contender.STORE_READ_MANY, List.of(store.get(0)::readMany));
        operations.put(Contender.RAW_UPDATE, List.of(floor.get(0)::update));
        operations.put(Contender.STORE_UPDATE, List.of(store.get(0)::update));
        operations.put(Contender.RAW_GET_TWO, List.of(floor.get(0)::get, floor.get(1)::get));
        operations.put(Contender.STORE_GET_TWO, List.of(store.get(0)::get, store.get(1)::get));
        operations.put(Contender.RAW_UPDATE_TWO, List.of(floor.get(0)::updateOwn, floor.get(1)::updateOwn));
        operations.put(Contender.STORE_UPDATE_TWO, List.of(store.get(0)::update, store.get(1)::update));
        return operations;
    }

    private void compare(final Meter meter, final Map<Contender, List<Operation>> operations)
            throws InterruptedException {
        final Map<Contender, Series> rates = new EnumMap<>(Contender.class);
        for (int round = 0; round <= settings.rounds; round++) {
            final Map<Contender, Double> ofRound = round(meter, operations);
            final boolean warm = round > 0;
            if (warm) {
                ofRound.forEach((contender, rate) ->
                        rates.computeIfAbsent(contender, any -> new Series()).add(rate));
            }
        }
        reportRates(rates);
        reportRatios(rates);
    }

    /** The contenders take turns in slices that are short beside what else happens on a machine, and long beside a cache. */
    private Map<Contender, Double> round(final Meter meter, final Map<Contender, List<Operation>> operations)
            throws InterruptedException {
        final Map<Contender, Double> rates = new EnumMap<>(Contender.class);
        for (int slice = 0; slice < SLICES; slice++) {
            for (final Map.Entry<Contender, List<Operation>> entry : operations.entrySet()) {
                final double rate = meter.opsPerSecond(entry.getValue(), settings.measurementNanos() / SLICES);
                rates.merge(entry.getKey(), rate / SLICES, Double::sum);
            }
        }
        return rates;
    }

    private void reportRates(final Map<Contender, Series> rates) {
        report.section("Speed");
        report.note("medians of the rounds, after one that warms up; smallest and largest in brackets");
        rates.forEach((contender, series) -> report.fact(
                contender.title,
                String.format(
                        "%12s ops/s  %7s ns  [%s .. %s]",
                        Report.number(series.median()),
                        Report.number(contender.threads * 1e9 / series.median()),
                        Report.number(series.minimum()),
                        Report.number(series.maximum()))));
    }

    private void reportRatios(final Map<Contender, Series> rates) {
        report.section("Speed, ratios");
        report.note("medians of the ratios within each round");
        report.note("independent keys overlap in the CPU: throughput; chained ones cannot: latency");
        ratio(rates, Contender.STORE_GET, Contender.RAW_GET, Target.atLeast(GET_OF_RAW));
        ratio(rates, Contender.STORE_CHAINED, Contender.RAW_CHAINED, Target.atLeast(GET_OF_RAW));
        ratio(rates, Contender.STORE_READ, Contender.RAW_GET, Target.atLeast(GET_OF_RAW));
        ratio(rates, Contender.STORE_READ_CHAINED, Contender.RAW_CHAINED, Target.atLeast(GET_OF_RAW));
        ratio(rates, Contender.STORE_READ_MANY, Contender.STORE_READ, Target.atLeast(MANY_OF_ONE));
        ratio(rates, Contender.STORE_READ_MANY, Contender.RAW_GET, null);
        ratio(rates, Contender.STORE_UPDATE, Contender.RAW_GET, Target.atLeast(UPDATE_OF_RAW_GET));
        ratio(rates, Contender.STORE_UPDATE, Contender.RAW_CHAINED, Target.atLeast(UPDATE_OF_RAW_GET));
        ratio(rates, Contender.STORE_UPDATE, Contender.RAW_UPDATE, Target.atLeast(UPDATE_OF_RAW_UPDATE));
        ratio(rates, Contender.STORE_GET_TWO, Contender.STORE_GET, Target.atLeast(TWO_THREADS_OF_ONE));
        ratio(rates, Contender.STORE_UPDATE_TWO, Contender.STORE_UPDATE, Target.atLeast(TWO_THREADS_OF_ONE));
        report.note("what the machine gives to two threads, for comparison");
        ratio(rates, Contender.RAW_GET_TWO, Contender.RAW_GET, null);
        ratio(rates, Contender.RAW_UPDATE_TWO, Contender.RAW_UPDATE, null);
        ratio(rates, Contender.RAW_UPDATE, Contender.RAW_GET, null);
    }

    private void ratio(
            final Map<Contender, Series> rates,
            final Contender dividend,
            final Contender divisor,
            final @Nullable Target target) {
        final Series ratios = rates(rates, dividend).dividedBy(rates(rates, divisor));
        report.figure(dividend.title + " / " + divisor.title, ratios.median(), "", target);
    }

    private static Series rates(final Map<Contender, Series> rates, final Contender contender) {
        return Objects.requireNonNull(rates.get(contender));
    }

    private void allocation(final Meter meter, final KvMap map) throws InterruptedException {
        report.section("Allocation");
        report.note("heap bytes of the thread, over " + ALLOCATION_OPERATIONS + " operations, warm");
        final StoreOperations operations = new StoreOperations(map, settings.records, THREADS + 1);
        allocation(meter, "get into a buffer", operations::get);
        allocation(meter, "read in place", operations::read);
        allocation(meter, "read in place, many keys", operations::readMany);
        allocation(meter, "put", operations::update);
        allocation(meter, "delete and put", operations::deleteAndInsert);
    }

    private void allocation(final Meter meter, final String title, final Operation operation)
            throws InterruptedException {
        meter.opsPerSecond(List.of(operation), settings.measurementNanos() / 2);
        report.figure(
                title, meter.allocatedBytesPerOp(operation, ALLOCATION_OPERATIONS), "B/op", Target.noAllocation());
    }
}
