package org.ashlar.bench.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.ashlar.bench.Report;
import org.ashlar.bench.RunSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Every parameter of a run, with its default. */
final class CompareSettings extends RunSettings {
    @Option(
            names = "--stores",
            split = ",",
            paramLabel = "NAME",
            description = "Who takes part. By default all but those that wait for the device at each write (-sync).")
    @Nullable List<String> stores;

    @Option(
            names = "--jdk",
            split = ",",
            paramLabel = "HOME",
            description = "Also run ashlar in a JVM of the JDK in this directory, as ashlar-jdk and its number.")
    List<Path> javaHomes = List.of();

    @Option(names = "--records", defaultValue = "1000000", description = "Records. Default: ${DEFAULT-VALUE}.")
    int records = 1_000_000;

    @Option(names = "--key-bytes", defaultValue = "8", description = "8 or 23. Default: ${DEFAULT-VALUE}.")
    int keyBytes = Shape.SHORT_KEY_BYTES;

    @Option(
            names = "--values",
            defaultValue = "SMALL",
            description = "SMALL: 100 B; LARGE: 1,000 B; MIXED: 100 to 1,000 B. Default: ${DEFAULT-VALUE}.")
    Values values = Values.SMALL;

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "COUNT",
            defaultValue = "1",
            description =
                    "Threads. Of several numbers, each workload is measured with each, in turns; all else with the"
                            + " largest. Default: ${DEFAULT-VALUE}.")
    SortedSet<Integer> threads = new TreeSet<>(Set.of(1));

    @Option(
            names = "--workloads",
            split = ",",
            description =
                    "${COMPLETION-CANDIDATES}: those of YCSB, but E, which scans; U: updates alone. All by default.")
    Set<Workload> workloads = EnumSet.allOf(Workload.class);

    @Option(
            names = "--distributions",
            split = ",",
            defaultValue = "ZIPFIAN",
            description = "UNIFORM, ZIPFIAN or LATEST, for all workloads but D, which reads the latest."
                    + " Default: ${DEFAULT-VALUE}.")
    Set<Distribution> distributions = EnumSet.of(Distribution.ZIPFIAN);

    @Option(
            names = "--seconds",
            defaultValue = "1",
            description =
                    "Length of a turn: so long for the rate, and so long for the latency. Default: ${DEFAULT-VALUE}.")
    double seconds = 1;

    @Option(
            names = "--warm-up",
            defaultValue = "2",
            description = "Seconds of each workload before it is measured. Default: ${DEFAULT-VALUE}.")
    double warmUpSeconds = 2;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description =
                    "Operations per second at which latency is measured, from when each was due; 0: service time at"
                            + " full speed. Default: ${DEFAULT-VALUE}.")
    double rate;

    @Option(
            names = "--age",
            defaultValue = "0",
            description =
                    "Age the stores before they are measured: so many times, write as many records as there are, four"
                            + " of five an update, the fifth a delete and an insert. Default: ${DEFAULT-VALUE}.")
    int ageRounds;

    @Option(
            names = "--restart",
            split = ",",
            paramLabel = "RECORDS",
            description = "Also kill, reopen and read, with so many records each time.")
    List<Integer> restartRecords = List.of();

    @Option(names = "--only-restart", description = "That alone: no load, workloads and delete.")
    boolean onlyRestart;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a report with plots to this file.")
    @Nullable Path html;

    Shape shape() {
        if (threads.first() < 1) {
            throw new IllegalArgumentException("--threads must be 1 or more: " + threads);
        }
        return new Shape(records, keyBytes, values, threads.last());
    }

    long turnNanos() {
        return nanos(seconds);
    }

    long warmUpNanos() {
        return nanos(warmUpSeconds);
    }

    /** Each workload with each distribution, but D once. */
    Collection<Mix> mixes() {
        final List<Mix> mixes = new ArrayList<>();
        for (final Distribution distribution : distributions) {
            for (final Workload workload : workloads) {
                final Mix mix = new Mix(workload, workload.distribution(distribution));
                if (!mixes.contains(mix)) {
                    mixes.add(mix);
                }
            }
        }
        return mixes;
    }

    String latencyKind() {
        return rate > 0
                ? String.format("response time at %,.0f operations/s, from when each was due", rate)
                : "service time at full speed: a stall delays one operation here";
    }

    @Override
    protected void describe(final Report report) {
        super.describe(report);
        report.fact("stored", shape().toString());
        report.fact("seconds of a turn", Double.toString(seconds));
        report.fact("seconds of warm-up", Double.toString(warmUpSeconds));
        report.fact("rounds of ageing", Integer.toString(ageRounds));
        report.fact(
                "rates by",
                cpuTime
                        ? "CPU time, of the threads that run the operations and of what the store does in the background"
                        : "the clock; what a store does in the background after a turn is told beside it");
        report.fact("latency of workloads", latencyKind());
        report.fact("latency of load and delete", "service time at full speed");
    }
}
