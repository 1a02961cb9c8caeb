package org.ashlar.bench.compare;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Report;
import org.ashlar.bench.Series;
import org.jspecify.annotations.Nullable;

/** Prints what is found as it is found. */
final class TextTables {
    private static final String RATES = "  %-15s %11s %23s %8s %9s %9s %9s %10s %9s %8s%n";
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
        out.println("  # latency in microseconds; " + phase.latencyKind());
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
        out.println("  # MiB; private: of the process, beyond that of \"" + CompareStores.NOTHING
                + "\", the mappings of its files excepted");
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

    private static long baseline(final Map<String, Footprint> footprints) {
        final Footprint nothing = footprints.get(CompareStores.NOTHING);
        return nothing == null ? 0 : nothing.privateMemory();
    }

    private static String mib(final long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / BYTES_OF_MIB);
    }

    /** Bytes of files, of live objects where there are none. */
    static String perUserByte(
            final Comparison comparison,
            final String name,
            final Footprint footprint,
            final Map<String, Footprint> footprints) {
        final Footprint nothing = footprints.get(CompareStores.NOTHING);
        final long bytes = Contenders.named(name).abilities().keepsFiles()
                ? footprint.files()
                : footprint.heap() - (nothing == null ? 0 : nothing.heap());
        return String.format(
                Locale.ROOT, "%.2f", (double) bytes / comparison.shape().userBytes());
    }

    void failure(final String name, final String how) {
        out.printf("%n%s FAILED and takes no further part: %s%n", name, how);
    }
}
