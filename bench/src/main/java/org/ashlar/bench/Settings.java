package org.ashlar.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Every parameter of a run, with its default. */
final class Settings extends RunSettings {
    @Option(
            names = "--disk-path",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "Directory on an ordinary disk, for the large pool. Default: ${DEFAULT-VALUE}.")
    Path diskPath = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--records", defaultValue = "10000000", description = "Records. Default: ${DEFAULT-VALUE}.")
    int records = 10_000_000;

    @Option(
            names = "--small-records",
            defaultValue = "100000",
            description = "Records of the small pool that restart and memory compare with. Default: ${DEFAULT-VALUE}.")
    int smallRecords = 100_000;

    @Option(
            names = "--seconds",
            defaultValue = "2",
            description = "Length of one measurement of one operation in one round. Default: ${DEFAULT-VALUE}.")
    double seconds = 2;

    @Option(
            names = "--repetitions",
            defaultValue = "7",
            description = "Kills and restarts at each size. Default: ${DEFAULT-VALUE}.")
    int repetitions = 7;

    @Option(
            names = "--large-bytes",
            defaultValue = "1099511627776",
            description = "Size of the large pool. Default: ${DEFAULT-VALUE} (1 TiB).")
    long largeBytes = 1L << 40;

    @Option(names = "--churn-rounds", defaultValue = "100", description = "Rounds of churn. Default: ${DEFAULT-VALUE}.")
    int churnRounds = 100;

    @Option(
            names = "--churn-bytes",
            defaultValue = "268435456",
            description = "Bytes of live records under churn. Default: ${DEFAULT-VALUE} (256 MiB).")
    long churnBytes = 256L << 20;

    @Option(names = "--every-round", description = "Print every round of churn, not each tenth.")
    boolean everyRound;

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            defaultValue = "target/churn.svg",
            description = "Where churn draws the pool's size, SVG or PNG. Default: ${DEFAULT-VALUE}, in bench/.")
    Path plot = Path.of("target", "churn.svg");

    @Option(
            names = "--values-bytes",
            defaultValue = "134217728",
            description = "Bytes of all values of one size, in values. Default: ${DEFAULT-VALUE} (128 MiB).")
    long valuesBytes = 128L << 20;

    @Option(
            names = "--large-value-bytes",
            defaultValue = "1073741824",
            description = "Bytes of the one very large value. Default: ${DEFAULT-VALUE} (1 GiB).")
    int largeValueBytes = 1 << 30;

    @Option(
            names = "--maps",
            defaultValue = "1000000",
            description = "How many maps names creates. Default: ${DEFAULT-VALUE}.")
    int maps = 1_000_000;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "KIND",
            description = "What grows in sizes: ${COMPLETION-CANDIDATES}. All by default.")
    Set<SizeKind> sizes = EnumSet.allOf(SizeKind.class);

    @Option(
            names = "--sizes-records",
            split = ",",
            defaultValue = "1000000,10000000",
            description =
                    "Numbers of records that sizes goes through. 50000000 ask for 18 GB. Default: ${DEFAULT-VALUE}.")
    List<Integer> sizesRecords = List.of();

    @Option(
            names = "--sizes-values",
            split = ",",
            defaultValue = "100,1000,10000,100000,1048576",
            description = "Bytes of a value that sizes goes through, with --values-bytes of them."
                    + " Default: ${DEFAULT-VALUE}.")
    List<Integer> sizesValues = List.of();

    @Option(
            names = "--sizes-maps",
            split = ",",
            defaultValue = "1,10,100,1000",
            description = "Numbers of maps that sizes goes through. Default: ${DEFAULT-VALUE}.")
    List<Integer> sizesMaps = List.of();

    @Option(
            names = "--sizes-map-records",
            defaultValue = "1000000",
            description = "Records of all those maps together. Default: ${DEFAULT-VALUE}.")
    int sizesMapRecords = 1_000_000;

    @Option(
            names = "--sizes-plot",
            paramLabel = "FILE",
            defaultValue = "target/sizes.svg",
            description = "Where sizes draws its three plots, SVG or PNG; \"-records\", \"-values\" and \"-maps\" go"
                    + " before the ending. Default: ${DEFAULT-VALUE}, in bench/.")
    Path sizesPlot = Path.of("target", "sizes.svg");

    @Option(
            names = "--huge-path",
            paramLabel = "DIR",
            description =
                    "Directory whose files are mapped by pages of 2 MiB, for pages: on tmpfs mounted with huge=always,"
                            + " or on DAX. Without it, pages measures nothing.")
    @Nullable Path hugePath;

    long measurementNanos() {
        return nanos(seconds);
    }

    @Override
    protected void describe(final Report report) {
        super.describe(report);
        report.fact("disk path", diskPath.toString());
        report.fact("huge path", hugePath == null ? "none" : hugePath.toString());
        report.fact("records", Integer.toString(records));
        report.fact("small records", Integer.toString(smallRecords));
        report.fact("key bytes", Integer.toString(Records.KEY_BYTES));
        report.fact("value bytes", Integer.toString(Records.VALUE_BYTES));
        report.fact("seconds", Double.toString(seconds));
        report.fact("speed measured by", cpuTime ? "CPU time" : "wall time");
        report.fact("repetitions", Integer.toString(repetitions));
        report.fact("large bytes", Long.toString(largeBytes));
        report.fact("churn rounds", Integer.toString(churnRounds));
        report.fact("churn bytes", Long.toString(churnBytes));
        report.fact("values bytes", Long.toString(valuesBytes));
        report.fact("large value bytes", Integer.toString(largeValueBytes));
        report.fact("maps", Integer.toString(maps));
        report.fact("sizes", sizesRecords + " records, " + sizesValues + " B values, " + sizesMaps + " maps");
        report.fact("durability", "WRITE_BACK_FORCED; the large pool: BEST");
    }
}
