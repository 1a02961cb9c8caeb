package org.ashlar.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.jspecify.annotations.Nullable;

/**
 * Large values, written and read in place, beside copies of as many bytes to and from a file that is mapped alike; and one value that is as
 * large as a value can about be. The contenders take turns, and ratios are taken within a round.
 */
final class ValuesPart {
    private static final double OF_COPY = 0.8;

    /** For header and key: a value shorter by so much shares a chunk of 2 MiB with another of its size, and one of 1 MiB does not. */
    private static final int RECORD_ROOM_BYTES = 64;

    private static final int TARGET_BYTES = 1 << 20;
    private static final int[] SIZES = {1 << 10, 64 << 10, TARGET_BYTES - RECORD_ROOM_BYTES, TARGET_BYTES};
    private static final long FIXED_BYTES = 64L << 20;
    private static final long BYTES_OF_BATCH = 4 << 20;
    private static final int SLICES = 10;
    private static final double BYTES_OF_MIB = 1 << 20;

    /** What is measured in each round, in this order. */
    private enum Contender {
        RAW_WRITE("raw copy in"),
        RAW_PERSIST("raw copy in, written back"),
        RAW_CHECKED("raw copy in, checksummed, written back"),
        STORE_WRITE("store put in place"),
        RAW_READ("raw copy out"),
        STORE_READ("store copy out"),
        RAW_SUM("raw sum in place"),
        STORE_SUM("store sum in place");

        private final String title;

        Contender(final String title) {
            this.title = title;
        }
    }

    private final Settings settings;
    private final Report report;

    private ValuesPart(final Settings settings, final Report report) {
        this.settings = settings;
        this.report = report;
    }

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        final ValuesPart part = new ValuesPart(settings, report);
        for (final int valueBytes : SIZES) {
            part.compare(valueBytes);
        }
        part.writeAndReadOne();
    }

    private void compare(final int valueBytes) throws IOException, InterruptedException {
        final int count = (int) Math.max(1, settings.valuesBytes / valueBytes);
        report.section("Values of " + size(valueBytes));
        report.note(count + " of them, in random order; medians of the rounds, after one that warms up");
        final long rawBytes = (long) count * valueBytes;
        try (Scratch scratch = Scratch.in(settings.path, 4 * settings.valuesBytes + FIXED_BYTES);
                Store store = Pools.open(scratch.file("store.pool"));
                RawMapping mapping = RawMapping.create(scratch.file("raw"), rawBytes);
                Meter meter = new Meter(settings.cpuTime)) {
            final KvMap map = store.map(Pools.MAP);
            final ValueOperations values = new ValueOperations(map, count, valueBytes);
            final RawValueOperations raw = new RawValueOperations(mapping, count, valueBytes);
            values.fill();
            raw.fill();
            final Map<Contender, Operation> operations = new EnumMap<>(Contender.class);
            operations.put(Contender.RAW_WRITE, raw::write);
            operations.put(Contender.RAW_PERSIST, raw::writeAndPersist);
            operations.put(Contender.RAW_CHECKED, raw::writeCheckAndPersist);
            operations.put(Contender.STORE_WRITE, values::write);
            operations.put(Contender.RAW_READ, raw::read);
            operations.put(Contender.STORE_READ, values::read);
            operations.put(Contender.RAW_SUM, raw::sum);
            operations.put(Contender.STORE_SUM, values::sum);
            report(measure(meter, operations, valueBytes), valueBytes);
            report.figure(
                    "chunks in use per value byte, " + size(valueBytes),
                    (double) Pools.bytesInUse(store.stats()) / rawBytes,
                    "");
        }
    }

    private Map<Contender, Series> measure(
            final Meter meter, final Map<Contender, Operation> operations, final int valueBytes)
            throws InterruptedException {
        final int batch = (int) Math.max(1, BYTES_OF_BATCH / valueBytes);
        final Map<Contender, Series> rates = new EnumMap<>(Contender.class);
        for (int round = 0; round <= settings.rounds; round++) {
            final Map<Contender, Double> ofRound = new EnumMap<>(Contender.class);
            for (int slice = 0; slice < SLICES; slice++) {
                for (final Map.Entry<Contender, Operation> entry : operations.entrySet()) {
                    final double rate =
                            meter.opsPerSecond(List.of(entry.getValue()), settings.measurementNanos() / SLICES, batch);
                    ofRound.merge(entry.getKey(), rate / SLICES, Double::sum);
                }
            }
            if (round > 0) {
                ofRound.forEach((contender, rate) ->
                        rates.computeIfAbsent(contender, any -> new Series()).add(rate));
            }
        }
        return rates;
    }

    private void report(final Map<Contender, Series> rates, final int valueBytes) {
        rates.forEach((contender, series) -> report.fact(
                contender.title,
                String.format(
                        "%12s ops/s  %9s MB/s  [%s .. %s ops/s]",
                        Report.number(series.median()),
                        Report.number(series.median() * valueBytes / 1e6),
                        Report.number(series.minimum()),
                        Report.number(series.maximum()))));
        final Target target = valueBytes == TARGET_BYTES ? Target.atLeast(OF_COPY) : null;
        final String suffix = ", " + size(valueBytes);
        ratio(rates, Contender.STORE_WRITE, Contender.RAW_WRITE, suffix, target);
        ratio(rates, Contender.STORE_WRITE, Contender.RAW_PERSIST, suffix, target);
        ratio(rates, Contender.STORE_WRITE, Contender.RAW_CHECKED, suffix, null);
        ratio(rates, Contender.RAW_PERSIST, Contender.RAW_WRITE, suffix, null);
        ratio(rates, Contender.RAW_CHECKED, Contender.RAW_PERSIST, suffix, null);
        ratio(rates, Contender.STORE_READ, Contender.RAW_READ, suffix, target);
        ratio(rates, Contender.STORE_SUM, Contender.RAW_SUM, suffix, null);
        ratio(rates, Contender.STORE_SUM, Contender.RAW_READ, suffix, null);
    }

    /** As text: an exact number of KiB, or of bytes. */
    private static String size(final int bytes) {
        return bytes % 1024 == 0 ? (bytes >> 10) + " KiB" : bytes + " B";
    }

    private void ratio(
            final Map<Contender, Series> rates,
            final Contender dividend,
            final Contender divisor,
            final String suffix,
            final @Nullable Target target) {
        final Series ratios =
                Objects.requireNonNull(rates.get(dividend)).dividedBy(Objects.requireNonNull(rates.get(divisor)));
        report.figure(dividend.title + " / " + divisor.title + suffix, ratios.median(), "", target);
    }

    private void writeAndReadOne() throws IOException {
        final int bytes = settings.largeValueBytes;
        report.section("One value of " + Report.number(bytes / BYTES_OF_MIB) + " MiB");
        report.note("written in place from the heap, read in place, 1 MiB at a time, every byte compared");
        final UnsafeBuffer key = new UnsafeBuffer(new byte[Records.KEY_BYTES]);
        Records.putKey(key, 0);
        final LargeValue value = new LargeValue(bytes);
        try (Scratch scratch = Scratch.in(settings.path, 2L * bytes + FIXED_BYTES);
                Store store = Pools.open(scratch.file("store.pool"))) {
            final KvMap map = store.map(Pools.MAP);
            time(
                    "first put, which grows the pool",
                    bytes,
                    () -> map.put(key, 0, Records.KEY_BYTES, bytes, value::write));
            time("put again, beside the first", bytes, () -> map.put(key, 0, Records.KEY_BYTES, bytes, value::write));
            time(
                    "put once more, where the first was",
                    bytes,
                    () -> map.put(key, 0, Records.KEY_BYTES, bytes, value::write));
            time("read and compare", bytes, () -> {
                final long compared = map.readLong(key, 0, Records.KEY_BYTES, value::compare, -1);
                if (compared != bytes) {
                    throw new IllegalStateException("expected " + bytes + " equal bytes, found " + compared);
                }
            });
        }
    }

    private void time(final String name, final long bytes, final Runnable action) {
        final long begin = System.nanoTime();
        action.run();
        final double seconds = (System.nanoTime() - begin) / 1e9;
        report.figure(name, seconds * 1e3, "ms");
        report.figure("  rate", bytes / seconds / 1e6, "MB/s");
    }
}
