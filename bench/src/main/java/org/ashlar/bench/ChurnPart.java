package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Churn: a store is filled, then a random half of it is deleted and replaced by records of another size, over and over. How much larger
 * than the live records does the pool get, and how long does a put take that has to make room? After every third round the store is opened
 * again, by turns after a close and after SIGKILL in the midst of the next round; the JVM that comes after a kill does that round again.
 */
final class ChurnPart {
    static final double MOST_RATIO = 1.5;

    /** What a put may take more than one that does nothing, where it has to make room: a few milliseconds. */
    private static final double MOST_MILLIS_ABOVE_NO_OP = 5;

    private static final int ROUNDS_BETWEEN_OPENS = 3;
    private static final int ROUNDS_OF_CHILD = 2 * ROUNDS_BETWEEN_OPENS;
    private static final int LONGEST_WAIT_MILLIS = 500;
    private static final int PRINTED = 10;
    private static final long BYTES_PER_LIVE_BYTE = 3;
    private static final long FIXED_BYTES = 256L << 20;
    private static final double BYTES_OF_MIB = 1 << 20;
    private static final double NANOS_OF_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Settings settings;
    private final Report report;
    private final Path pool;
    private final List<ChurnRound> rounds = new ArrayList<>();
    private final List<Integer> killedAfter = new ArrayList<>();

    private ChurnPart(final Settings settings, final Report report, final Path pool) {
        this.settings = settings;
        this.report = report;
        this.pool = pool;
    }

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.in(settings.path, settings.churnBytes * BYTES_PER_LIVE_BYTE + FIXED_BYTES)) {
            new ChurnPart(settings, report, scratch.file("churn.pool")).run();
        }
    }

    /** Whether the store is opened again after so many rounds, if not after a kill. */
    static boolean closesAfter(final int roundsPlayed) {
        return roundsPlayed % ROUNDS_BETWEEN_OPENS == 0;
    }

    private void run() throws IOException, InterruptedException {
        report.section("Churn");
        report.note(settings.churnRounds + " rounds that delete a random half and refill to "
                + (settings.churnBytes >> 20) + " MiB live with another size;");
        report.note("live: headers of 24 bytes, keys, values; in use: chunks neither fresh nor free, index and all;");
        report.note("beyond chunks: when a chunk for each size in use is taken off; opened again after every third");
        report.note("round, by turns after a close (c) and after SIGKILL in the midst of the next round (k)");
        printTitles();
        final SplittableRandom waits = new SplittableRandom(settings.churnRounds);
        for (int from = 0; from < settings.churnRounds; from += ROUNDS_OF_CHILD) {
            final int to = Math.min(from + ROUNDS_OF_CHILD, settings.churnRounds);
            play(from, to, to < settings.churnRounds, waits.nextInt(LONGEST_WAIT_MILLIS));
        }
        summarise();
        ChurnPlot.write(settings.plot, rounds, killedAfter);
        report.fact("plot", settings.plot.toString());
    }

    private void play(final int from, final int to, final boolean kills, final int waitMillis)
            throws IOException, InterruptedException {
        try (Child child = Child.start(
                ChurnChild.class,
                List.of(),
                pool.toString(),
                Long.toString(settings.churnBytes),
                Integer.toString(from),
                Integer.toString(to),
                Boolean.toString(kills))) {
            for (int i = from; i < to; i++) {
                final ChurnRound round = ChurnRound.await(child);
                rounds.add(round);
                print(round, i + 1 == to ? kills ? "k" : "" : closesAfter(i + 1) ? "c" : "");
            }
            child.await(ChurnChild.CHECKED);
            if (kills) {
                child.await(ChurnChild.NEXT_ROUND);
                TimeUnit.MILLISECONDS.sleep(waitMillis);
                child.kill();
                killedAfter.add(to - 1);
            } else {
                child.awaitEnd();
            }
        }
    }

    private void printTitles() {
        report.note(
                "MiB, of what is in use: index; free slots and spans; free pages for runs; not judged since the open");
        report.note("microseconds of puts: 99.9th percentile, longest by the clock, most CPU time of one; no-op: the");
        report.note("longest that the same driver was held up while it did nothing, for as long as each put took");
        report.note(String.format(
                "%5s %8s %8s %8s %6s %6s | %6s %6s %6s %6s | %8s %8s %8s %8s",
                "round",
                "live MiB",
                "in use",
                "blocks",
                "ratio",
                "beyond",
                "index",
                "slots",
                "runs",
                "unjud.",
                "p99.9 us",
                "longest",
                "no-op",
                "most CPU"));
    }

    private void print(final ChurnRound round, final String end) {
        if (round.number() % PRINTED != 0 && round.number() + 1 != settings.churnRounds && !settings.everyRound) {
            return;
        }
        report.note(String.format(
                "%5d %8.1f %8.1f %8.1f %6.3f %6.3f | %6.1f %6.1f %6.1f %6.1f | %8.0f %8.0f %8.0f %8.0f %s",
                round.number(),
                round.liveBytes() / BYTES_OF_MIB,
                round.bytesInUse() / BYTES_OF_MIB,
                round.blockBytes() / BYTES_OF_MIB,
                round.ratio(),
                round.ratioBeyondChunks(),
                round.indexBytes() / BYTES_OF_MIB,
                round.freeSlotBytes() / BYTES_OF_MIB,
                round.freeRunBytes() / BYTES_OF_MIB,
                round.unjudgedBytes() / BYTES_OF_MIB,
                round.usualPutNanos() / 1e3,
                round.longestPutNanos() / 1e3,
                round.longestNoOpNanos() / 1e3,
                round.longestPutCpuNanos() / 1e3,
                end));
    }

    private void summarise() {
        final ChurnRound worst = worst(ChurnRound::ratioBeyondChunks);
        report.figure("kills", killedAfter.size(), "");
        report.figure("most sizes at once", most(ChurnRound::sizes), "");
        report.figure("worst ratio of bytes in use to live ones", most(ChurnRound::ratio), "");
        report.figure("  a chunk for each size taken off", worst.ratioBeyondChunks(), "", Target.atMost(MOST_RATIO));
        report.figure("  in round", worst.number(), "");
        report.figure("  index, live and free, in that round", worst.indexBytes() / BYTES_OF_MIB, "MiB");
        report.figure("  free slots in that round", worst.freeSlotBytes() / BYTES_OF_MIB, "MiB");
        report.figure("  free pages for runs in that round", worst.freeRunBytes() / BYTES_OF_MIB, "MiB");
        report.figure("  not looked at since the last open", worst.unjudgedBytes() / BYTES_OF_MIB, "MiB");
        report.figure("worst ratio to keys and values alone", most(r -> (double) r.bytesInUse() / r.userBytes()), "");
        report.figure("most device blocks", most(ChurnRound::blockBytes) / BYTES_OF_MIB, "MiB");
        final ChurnRound slowest = worst(ChurnRound::longestPutNanos);
        report.figure("longest put", slowest.longestPutNanos() / NANOS_OF_MILLI, "ms");
        report.figure("  in round", slowest.number(), "");
        final double noOpNanos = most(ChurnRound::longestNoOpNanos);
        report.figure("longest no-op of the same driver", noOpNanos / NANOS_OF_MILLI, "ms");
        report.figure(
                "longest put above the longest no-op",
                Math.max(0, slowest.longestPutNanos() - noOpNanos) / NANOS_OF_MILLI,
                "ms",
                Target.atMost(MOST_MILLIS_ABOVE_NO_OP));
        report.figure("most CPU time of a put", most(ChurnRound::longestPutCpuNanos) / NANOS_OF_MILLI, "ms");
        report.figure("longest 99.9th percentile of a round", most(ChurnRound::usualPutNanos) / NANOS_OF_MILLI, "ms");
        report.figure("longest delete", most(ChurnRound::longestDeleteNanos) / NANOS_OF_MILLI, "ms");
    }

    private ChurnRound worst(final ToDoubleFunction<ChurnRound> figure) {
        return rounds.stream().max(Comparator.comparingDouble(figure)).orElseThrow();
    }

    private double most(final ToDoubleFunction<ChurnRound> figure) {
        return figure.applyAsDouble(worst(figure));
    }
}
