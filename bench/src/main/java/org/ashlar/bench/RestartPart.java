package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Restart: a child JVM that is writing is killed with SIGKILL; a fresh JVM that has opened another pool before opens
 * the pool and gets a record. Small and large pool take turns, so that what the machine does meanwhile hits both.
 */
final class RestartPart {
    private static final double LONGEST_MILLIS = 10;

    /** "No slower" of two medians of single-digit milliseconds: by as much as they differ between two runs. */
    private static final double NO_SLOWER = 1.2;

    private static final int COLD_REPETITIONS = 3;
    private static final long WRITING_MILLIS = 300;

    /** How one pool did. */
    private record Restarts(Series total, Series open, Series firstGet) {
        Restarts() {
            this(new Series(), new Series(), new Series());
        }
    }

    private RestartPart() {}

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        report.section("Restart");
        final int small = settings.smallRecords;
        final int large = settings.records;
        try (Scratch scratch = Scratch.in(settings.path, Scratch.poolBytes(small) + Scratch.poolBytes(large))) {
            final Path smallPool = scratch.file("small.pool");
            final Path largePool = scratch.file("large.pool");
            final String other = scratch.file("other.pool").toString();
            final Restarts smallRestarts = new Restarts();
            final Restarts largeRestarts = new Restarts();
            final Restarts cold = new Restarts();
            for (int i = 0; i < settings.repetitions; i++) {
                restart(smallPool, small, other, smallRestarts);
                restart(largePool, large, other, largeRestarts);
            }
            for (int i = 0; i < Math.min(settings.repetitions, COLD_REPETITIONS); i++) {
                restart(largePool, large, RestartChild.NO_OTHER_POOL, cold);
            }
            report.note(
                    "medians of " + settings.repetitions + " kills while writing; open, map and first get after each,");
            report.note("in a fresh JVM that has opened another pool before");
            report(report, large, largeRestarts, Target.atMost(LONGEST_MILLIS));
            report(report, small, smallRestarts, null);
            report.figure(
                    "open and first get, " + large + " / " + small + " records",
                    largeRestarts.total.median() / smallRestarts.total.median(),
                    "",
                    Target.atMost(NO_SLOWER));
            report.note("cold: the first pool that the JVM opens, native library and class loading included");
            report.figure("open and first get, cold, " + large + " records", cold.total.median(), "ms");
        }
    }

    private static void restart(final Path pool, final int records, final String other, final Restarts restarts)
            throws IOException, InterruptedException {
        final String file = pool.toString();
        final String count = Integer.toString(records);
        try (Child writer = Child.start(RestartChild.class, List.of(), RestartChild.WRITE, file, count)) {
            writer.await(RestartChild.WRITING);
            TimeUnit.MILLISECONDS.sleep(WRITING_MILLIS);
            writer.kill();
        }
        try (Child opener = Child.start(RestartChild.class, List.of(), RestartChild.OPEN, file, count, other)) {
            final double open = opener.await(RestartChild.OPEN_MILLIS);
            final double firstGet = opener.await(RestartChild.FIRST_GET_MILLIS);
            restarts.open.add(open);
            restarts.firstGet.add(firstGet);
            restarts.total.add(open + firstGet);
            opener.awaitEnd();
        }
    }

    private static void report(
            final Report report, final int records, final Restarts restarts, final @Nullable Target target) {
        final String suffix = ", " + records + " records";
        report.figure("open and first get" + suffix, restarts.total.median(), "ms", target);
        report.figure("  the slowest of them" + suffix, restarts.total.maximum(), "ms", target);
        report.figure("  open" + suffix, restarts.open.median(), "ms");
        report.figure("  map and first get" + suffix, restarts.firstGet.median(), "ms");
    }
}
