package org.ashlar.bench;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The parameters that all benchmarks have, with their defaults. */
public abstract class RunSettings {
    /** Where files go. */
    @Option(
            names = "--path",
            defaultValue = "/dev/shm",
            description = "Directory for files; memory or persistent memory. Default: ${DEFAULT-VALUE}.")
    public Path path = Path.of("/dev/shm");

    /** How often all is measured. */
    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds, in each of which everybody has a turn. Default: ${DEFAULT-VALUE}.")
    public int rounds = 5;

    /** Whether rates are by CPU time. */
    @Option(
            names = "--cpu-time",
            description =
                    "Rates by CPU time, not by the clock: for a machine that is busy with other things. What threads wait for"
                            + " does not show.")
    public boolean cpuTime;

    /** Where all that was found goes, for programs. */
    @Option(names = "--json", paramLabel = "FILE", description = "Also write everything to this file.")
    public @Nullable Path json;

    /** Whether a missed target is a failure. */
    @Option(names = "--strict", description = "End with exit code 1 when a figure falls short of its target.")
    public boolean strict;

    /** For subclasses. */
    protected RunSettings() {}

    /** Nanoseconds of so many seconds. */
    protected static long nanos(final double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }

    /** Tells what all benchmarks have in common. */
    protected void describe(final Report report) {
        report.section("Parameters");
        report.fact("path", path.toString());
        report.fact("rounds", Integer.toString(rounds));
    }
}
