package org.ashlar.bench.compare;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Report;
import org.ashlar.bench.Series;
import org.jspecify.annotations.Nullable;

/** Prints what is found as it is found. */
final class TextTables {
    private static final String RATES = "  %-15s %11s %23s %8s %9s %9s %9s %10s %9s %8s%n";
    static final String MEMORY_NOTE = "MiB; private: of the process, beyond that of \"" + CompareStores.NOTHING
            + "\", the mappings of its files excepted; bytes per user byte: of its files, of live objects where it has none";

    private static final double BYTES_OF_MIB = 1 << 20;
    private static final double NANOS_OF_MICRO = 1000;

    private final PrintStream out;

    TextTables(final PrintStream out) {
        this.out = out;
    }

    void contenders(final Iterable<Contender> contenders) {
        out.printf("%nStores%n");
        for (final Contender contender : contenders) {
            out.printf("  %-15s %s%n", contender.name(), contender.product());
            out.printf("  %-15s   %s%n", "", contender.configuration());
            out.printf("  %-15s   survives: %s%n", "", contender.guarantee());
        }
    }

    void phase(final Phase phase) {
        out.printf("%n%s%n", phase.title());
        if (phase.hasLatencies()) {
            out.println("  # latency in microseconds; " + phase.latencyKind());
        }
        out.printf(
                RATES,
                "",
                "ops/s",
                "[lowest .. highest]",
                "ashlar=1",
                "p50",
                "p99",
                "p99.9",
                "longest",
                "B/op",
                "after, s");
        phase.outcomes().forEach((name, outcome) -> {
            final Series rates = outcome.rates();
            out.printf(
                    RATES,
                    name,
                    Report.number(Math.rint(rates.median())),
                    "[" + Report.number(Math.rint(rates.minimum())) + " .. " + Report.number(Math.rint(rates.maximum()))
                            + "]",
                    ratio(phase.timesReference(name)),
                    micros(outcome.latency(), 50),
                    micros(outcome.latency(), 99),
                    micros(outcome.latency(), 99.9),
                    micros(outcome.latency(), 100),
                    String.format(Locale.ROOT, "%,.1f", outcome.allocatedBytesPerOperation()),
                    String.format(Locale.ROOT, "%.1f", outcome.settleSeconds()));
        });
        if (phase.baseThreads() > 0) {
            out.println("  # " + scaling(phase));
        }
    }

    /** How many times as fast each was as with the fewest threads. */
    static String scaling(final Phase phase) {
        return phase.outcomes().keySet().stream()
                .map(name -> name + " " + ratio(phase.timesBase(name)))
                .collect(Collectors.joining(
                        ", ", "rate with " + phase.threads() + " threads / " + phase.baseThreads() + ": ", ""));
    }

    static String ratio(final @Nullable Double ratio) {
        return ratio == null ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    static String micros(final Histogram nanos, final double percentile) {
        return nanos.getTotalCount() == 0
                ? "-"
                : String.format(Locale.ROOT, "%,.1f", nanos.getValueAtPercentile(percentile) / NANOS_OF_MICRO);
    }

    void footprints(final String moment, final Map<String, Footprint> footprints, final Comparison comparison) {
        out.printf("%nMemory %s%n", moment);
        out.println("  # " + MEMORY_NOTE);
        out.printf(
                "  %-15s %14s %14s %14s %14s %14s%n",
                "", "heap, live", "private", "page tables", "files", "B/user byte");
        footprints.forEach((name, footprint) -> out.printf(
                "  %-15s %14s %14s %14s %14s %14s%n",
                name,
                mib(footprint.heap()),
                mib(footprint.privateMemory() - baseline(footprints)),
                mib(footprint.pageTables()),
                mib(footprint.files()),
                perUserByte(comparison, name, footprint, footprints)));
    }

    static long baseline(final Map<String, Footprint> footprints) {
        final Footprint nothing = footprints.get(CompareStores.NOTHING);
        return nothing == null ? 0 : nothing.privateMemory();
    }

    static String mib(final long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / BYTES_OF_MIB);
    }

    /** Bytes of files, of live objects where there are none. */
    static String perUserByte(
            final Comparison comparison,
            final String name,
            final Footprint footprint,
            final Map<String, Footprint> footprints) {
        final Footprint nothing = footprints.get(CompareStores.NOTHING);
        final long bytes = comparison.abilities(name).keepsFiles()
                ? footprint.files()
                : footprint.heap() - (nothing == null ? 0 : nothing.heap());
        return String.format(
                Locale.ROOT, "%.2f", (double) bytes / comparison.shape().userBytes());
    }

    void restarts(final int records, final Map<String, Restart> restarts, final Comparison comparison) {
        out.printf(Locale.ROOT, "%nRestart after kill -9, %,d records%n", records);
        out.println(
                "  # medians; a fresh JVM that has opened a small store before; uniform gets; us: of a get, on average");
        out.println("  # of raw: gets by those of " + CompareStores.RAW
                + " in a fresh JVM, in the 1st, 2nd and 3rd second");
        out.printf(
                "  %-15s %10s %12s %10s %16s %16s %10s %10s %10s%n",
                "",
                "open, ms",
                "1st get, ms",
                "both, ms",
                "gets in 1st s",
                "of raw",
                "us 2-10",
                "us to 1k",
                "us to 1M");
        restarts.forEach((name, restart) -> {
            final boolean isStore = comparison.abilities(name).survivesKill();
            out.printf(
                    "  %-15s %10s %12s %10s %16s %16s %10s %10s %10s%n",
                    name,
                    isStore ? millis(restart.openMillis()) : "-",
                    isStore ? millis(restart.firstGetMillis()) : "-",
                    isStore ? millis(restart.bothMillis()) : "-",
                    Report.number(Math.rint(restart.getsOfSecond().get(0).median())),
                    ofRaw(restart, restarts),
                    bucketMicros(restart, 10),
                    bucketMicros(restart, 1000),
                    bucketMicros(restart, 1_000_000));
        });
    }

    /** The rate by that of the raw memory, in each of the first seconds. */
    static String ofRaw(final Restart restart, final Map<String, Restart> restarts) {
        return IntStream.range(0, Restart.SECONDS)
                .mapToObj(second -> ratio(restart.ofRaw(second, restarts.get(CompareStores.RAW))))
                .collect(Collectors.joining(" "));
    }

    private static String millis(final Series millis) {
        return String.format(Locale.ROOT, "%,.2f", millis.median());
    }

    private static String bucketMicros(final Restart restart, final int end) {
        final Series nanos = restart.curve().get(Restart.BUCKETS.indexOf(end));
        return String.format(Locale.ROOT, "%,.2f", nanos.median() / NANOS_OF_MICRO);
    }

    void targets(final List<Targets.Row> targets) {
        if (targets.isEmpty()) {
            return;
        }
        out.printf("%n%s%n", Targets.HEADING);
        out.println("  # " + Targets.NOTE);
        for (final Targets.Row row : targets) {
            out.printf(
                    "  %-59s %15s  %-17s %-6s  %s%n",
                    row.figure(), row.measuredWithUnit(), row.target(), row.verdict(), row.how());
        }
        out.println("  " + Targets.summary(targets));
    }

    void failure(final String name, final String how) {
        out.printf("%n%s FAILED and takes no further part: %s%n", name, how);
    }
}
