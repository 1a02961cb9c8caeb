package org.ashlar.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ashlar.bench.Report;
import org.ashlar.bench.Series;
import org.ashlar.bench.Target;
import org.jspecify.annotations.Nullable;

/**
 * What Ashlar should reach beside the others, as far as a run has the figures for it. Rates and latencies have their targets with one thread and
 * records of 8 + 100 bytes, gets of 1,000 bytes one of their own; garbage and restart have theirs always.
 */
final class Targets {
    /** Over the rows. */
    static final String HEADING = "Targets";

    /** What the rows are about. */
    static final String NOTE = "of " + CompareStores.REFERENCE
            + "; gets: workload C, updates: workload U, both of the first distribution run; set for 10,000,000 records";

    private static final String CHRONICLE_MAP = "chronicle-map";
    private static final String HEAP = "heap";
    private static final String LMDB = "lmdb";
    private static final String ROCKSDB = "rocksdb";

    private static final String WITHIN_ROUNDS = "median of the ratios within each round";
    private static final String OF_ROUNDS = "median of the rounds";
    private static final String RATIO = "x";

    private static final double GET_OF_RAW = 0.85;
    private static final double UPDATE_OF_RAW = 0.6;
    private static final double LOADED_PER_SECOND = 1.3e6;
    private static final double TWO_THREADS_OF_ONE = 1.85;

    /** However far the rounds scatter: a run that tells nothing is not to pass for one that does. */
    private static final double MOST_JDK_TOLERANCE = 0.1;

    private static final double INSERT_PERCENTILE = 99.9;
    private static final double INSERT_MICROS = 20;
    private static final double PAUSE_MILLIS = 1;
    private static final double OPEN_MILLIS = 10;
    private static final double OPEN_SOONER = 20;
    private static final double RESTARTED_OF_RAW = 0.8;
    private static final double NANOS_OF_MICRO = 1e3;
    private static final double NANOS_OF_MILLI = 1e6;

    /**
     * A figure and what it should be.
     *
     * @param figure of what
     * @param measured its value
     * @param unit of the value
     * @param target what it should be
     * @param how it was measured
     */
    record Row(String figure, double measured, String unit, Target target, String how) {
        boolean isMet() {
            return target.isMetBy(measured);
        }

        String verdict() {
            return isMet() ? "met" : "missed";
        }

        String measuredWithUnit() {
            return Report.number(measured) + " " + unit;
        }
    }

    private final Comparison comparison;
    private final List<Row> rows = new ArrayList<>();

    private Targets(final Comparison comparison) {
        this.comparison = comparison;
    }

    /** The rows for which a run has the figures. */
    static List<Row> of(final Comparison comparison) {
        final Targets targets = new Targets(comparison);
        targets.addAll();
        return targets.rows;
    }

    /** How many are met. */
    static String summary(final List<Row> rows) {
        return rows.stream().filter(Row::isMet).count() + " of " + rows.size() + " targets met";
    }

    private void addAll() {
        final Shape shape = comparison.shape();
        final boolean keysAreShort = shape.keyBytes() == Shape.SHORT_KEY_BYTES;
        if (keysAreShort && shape.values() == Values.SMALL) {
            gets();
            updates();
            if (shape.threads() == 1) {
                loads();
                deletes();
            }
            mixes();
            threads("get", Workload.C);
            threads("update", Workload.U);
        } else if (keysAreShort && shape.values() == Values.LARGE) {
            ratio("get", ofWorkload(Workload.C, 1), CHRONICLE_MAP, 1.5);
        }
        garbage();
        jdks();
        comparison.restarts().forEach((records, restarts) -> {
            opens(records, restarts);
            if (keysAreShort && shape.values() == Values.SMALL) {
                restartedRates(records, restarts);
            }
        });
    }

    private void gets() {
        final Phase phase = ofWorkload(Workload.C, 1);
        ratio("get", phase, CompareStores.RAW, GET_OF_RAW);
        ratio("get", phase, CHRONICLE_MAP, 2.5);
        ratio("get", phase, HEAP, 1.6);
        ratio("get", phase, LMDB, 5);
        ratio("get", phase, ROCKSDB, 10);
    }

    private void updates() {
        final Phase phase = ofWorkload(Workload.U, 1);
        ratio("update", phase, CHRONICLE_MAP, 2);
        ratio("update", phase, LMDB, 8);
        ratio("update", phase, CompareStores.RAW, UPDATE_OF_RAW);
    }

    private void loads() {
        final Phase phase = comparison.phase(Phase.LOAD);
        final Outcome load = ownOutcome(phase);
        if (phase == null || load == null) {
            return;
        }
        ratio("load", phase, CHRONICLE_MAP, 2.5);
        add("load", load.rates().median(), "ops/s", Target.atLeast(LOADED_PER_SECOND), OF_ROUNDS);
        add(
                "insert, 99.9th percentile",
                load.latency().getValueAtPercentile(INSERT_PERCENTILE) / NANOS_OF_MICRO,
                "us",
                Target.lessThan(INSERT_MICROS),
                "all inserts of the load");
        final Outcome nothing = phase.outcomes().get(CompareStores.NOTHING);
        if (nothing != null) {
            add(
                    "longest insert - longest of " + CompareStores.NOTHING,
                    (load.latency().getMaxValue() - nothing.latency().getMaxValue()) / NANOS_OF_MILLI,
                    "ms",
                    Target.atMost(PAUSE_MILLIS),
                    "all inserts of the load, of which each has its own longest");
        }
    }

    private void deletes() {
        final Outcome load = ownOutcome(comparison.phase(Phase.LOAD));
        final Outcome delete = ownOutcome(comparison.phase(Phase.DELETE));
        if (load != null && delete != null) {
            add(
                    "delete / own insert",
                    delete.rates().median() / load.rates().median(),
                    RATIO,
                    Target.moreThan(1),
                    "ratio of the medians: the two do not alternate" + rawDelete());
        }
    }

    private String rawDelete() {
        final Outcome load = outcome(comparison.phase(Phase.LOAD), CompareStores.RAW);
        final Outcome delete = outcome(comparison.phase(Phase.DELETE), CompareStores.RAW);
        return load == null || delete == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; %s %.2f",
                        CompareStores.RAW,
                        delete.rates().median() / load.rates().median());
    }

    private void mixes() {
        for (final Workload workload : List.of(Workload.A, Workload.B, Workload.F)) {
            final Mix mix = new Mix(workload, Distribution.ZIPFIAN);
            final Phase phase = comparison.phase(mix, 1);
            if (phase != null) {
                bestOfPeers(mix, phase);
            }
        }
    }

    /** The map on the heap is a peer too, though it keeps nothing beyond the process. */
    private void bestOfPeers(final Mix mix, final Phase phase) {
        String best = "";
        double lowest = Double.POSITIVE_INFINITY;
        int peers = 0;
        int faster = 0;
        for (final Contender contender : comparison.contenders()) {
            final Double times = phase.times(CompareStores.REFERENCE, contender.name());
            final boolean isOwn = contender instanceof AshlarContender || contender instanceof JdkContender;
            if (times != null && !contender.abilities().isMeasure() && !isOwn) {
                peers++;
                faster += times < 1 ? 1 : 0;
                if (times < lowest) {
                    lowest = times;
                    best = contender.name();
                }
            }
        }
        if (peers > 0) {
            add(
                    mix.title() + " / best of all peers",
                    lowest,
                    RATIO,
                    Target.atLeast(1),
                    WITHIN_ROUNDS + "; the best is " + best + "; rank " + (faster + 1) + " of " + (peers + 1));
        }
    }

    private void threads(final String figure, final Workload workload) {
        final Phase two = ofWorkload(workload, 2);
        final Double times = two == null || two.baseThreads() != 1 ? null : two.timesBase(CompareStores.REFERENCE);
        if (times != null) {
            add(figure + ", 2 threads / 1", times, RATIO, Target.atLeast(TWO_THREADS_OF_ONE), WITHIN_ROUNDS);
        }
    }

    private void garbage() {
        for (final Phase phase : comparison.phases()) {
            final Mix mix = phase.mix();
            final Outcome own = ownOutcome(phase);
            if (mix != null && own != null && (mix.workload() == Workload.C || mix.workload() == Workload.U)) {
                add(
                        "garbage, " + mix.title()
                                + (phase.baseThreads() > 0 ? ", " + phase.threads() + " threads" : ""),
                        own.allocatedBytesPerOperation(),
                        "B/op",
                        Target.noAllocation(),
                        "mean of all operations");
            }
        }
    }

    /** A newer JDK beside an older one, whichever of them is the run's own. */
    private void jdks() {
        for (final Contender contender : comparison.contenders()) {
            if (contender instanceof JdkContender other) {
                jdk("get", ofWorkload(Workload.C, 1), other);
                jdk("update", ofWorkload(Workload.U, 1), other);
                jdk("load", comparison.phase(Phase.LOAD), other);
            }
        }
    }

    private void jdk(final String figure, final @Nullable Phase phase, final JdkContender other) {
        final int own = Runtime.version().feature();
        final boolean isOlder = other.feature() < own;
        final Series ratios = phase == null
                ? null
                : isOlder
                        ? phase.ratios(CompareStores.REFERENCE, other.name())
                        : phase.ratios(other.name(), CompareStores.REFERENCE);
        if (ratios != null) {
            add(
                    figure + ", JDK " + Math.max(own, other.feature()) + " / JDK " + Math.min(own, other.feature()),
                    ratios.median(),
                    RATIO,
                    Target.atLeast(1 - Math.min(ratios.medianAbsoluteDeviation(), MOST_JDK_TOLERANCE)),
                    WITHIN_ROUNDS + "; 1, less how far those scatter (median absolute deviation, at most "
                            + MOST_JDK_TOLERANCE + ")");
        }
    }

    private void opens(final int records, final Map<String, Restart> restarts) {
        final Restart own = restarts.get(CompareStores.REFERENCE);
        if (own == null) {
            return;
        }
        final String size = String.format(Locale.ROOT, ", %,d records", records);
        add("open + first get" + size, own.bothMillis().median(), "ms", Target.lessThan(OPEN_MILLIS), OF_ROUNDS);
        for (final String peer : List.of(ROCKSDB, CHRONICLE_MAP)) {
            final Restart other = restarts.get(peer);
            if (other != null) {
                add(
                        peer + "'s open + first get / own" + size,
                        other.bothMillis().dividedBy(own.bothMillis()).median(),
                        RATIO,
                        Target.atLeast(OPEN_SOONER),
                        WITHIN_ROUNDS);
            }
        }
    }

    private void restartedRates(final int records, final Map<String, Restart> restarts) {
        final Restart own = restarts.get(CompareStores.REFERENCE);
        for (int second = 0; own != null && second < Restart.SECONDS; second++) {
            final Double ofRaw = own.ofRaw(second, restarts.get(CompareStores.RAW));
            if (ofRaw != null) {
                add(
                        String.format(Locale.ROOT, "second %d / fresh raw, %,d records", second + 1, records),
                        ofRaw,
                        RATIO,
                        Target.atLeast(RESTARTED_OF_RAW),
                        WITHIN_ROUNDS);
            }
        }
    }

    private void ratio(final String figure, final @Nullable Phase phase, final String other, final double limit) {
        final Double times = phase == null ? null : phase.times(CompareStores.REFERENCE, other);
        if (times != null) {
            add(figure + " / " + other, times, RATIO, Target.atLeast(limit), WITHIN_ROUNDS + rawBeside(phase, other));
        }
    }

    /** What no store around the memory would reach. */
    private static String rawBeside(final @Nullable Phase phase, final String other) {
        final Double times = phase == null ? null : phase.times(CompareStores.RAW, other);
        return times == null || other.equals(CompareStores.RAW)
                ? ""
                : String.format(Locale.ROOT, "; %s %.2f", CompareStores.RAW, times);
    }

    private void add(
            final String figure, final double measured, final String unit, final Target target, final String how) {
        rows.add(new Row(figure, measured, unit, target, how));
    }

    /** With the first distribution that was run. */
    private @Nullable Phase ofWorkload(final Workload workload, final int threads) {
        for (final Distribution distribution : Distribution.values()) {
            final Phase phase = comparison.phase(new Mix(workload, distribution), threads);
            if (phase != null) {
                return phase;
            }
        }
        return null;
    }

    private static @Nullable Outcome ownOutcome(final @Nullable Phase phase) {
        return outcome(phase, CompareStores.REFERENCE);
    }

    private static @Nullable Outcome outcome(final @Nullable Phase phase, final String contender) {
        return phase == null ? null : phase.outcomes().get(contender);
    }
}
