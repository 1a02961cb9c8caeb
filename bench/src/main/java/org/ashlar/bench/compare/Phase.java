package org.ashlar.bench.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.bench.Series;
import org.jspecify.annotations.Nullable;

/** A part of a run in which all contenders take turns, and what each did. */
final class Phase {
    /** Title of the one that loads. */
    static final String LOAD = "Load: inserts in no order of keys";

    /** Title of the one that empties the stores. */
    static final String DELETE = "Delete, in an order of its own";

    private final String title;
    private final String latencyKind;
    private final @Nullable Mix mix;
    private final int threads;
    private final @Nullable Phase base;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    /**
     * A phase that nobody has run yet.
     *
     * @param title a heading
     * @param latencyKind what its latencies are
     */
    Phase(final String title, final String latencyKind) {
        this(title, latencyKind, null, 0, null);
    }

    /**
     * One that runs a workload.
     *
     * @param mix which
     * @param latencyKind what its latencies are
     * @param threads by how many
     */
    Phase(final Mix mix, final String latencyKind, final int threads) {
        this(mix.title() + ": " + mix.workload().mix(), latencyKind, mix, threads, null);
    }

    private Phase(
            final String title,
            final String latencyKind,
            final @Nullable Mix mix,
            final int threads,
            final @Nullable Phase base) {
        this.title = title;
        this.latencyKind = latencyKind;
        this.mix = mix;
        this.threads = threads;
        this.base = base;
    }

    /** One that runs the same workload by another number of threads, in turns with this one. */
    Phase besideWith(final int others) {
        return new Phase(title + ", " + others + " threads", latencyKind, mix, others, this);
    }

    String title() {
        return title;
    }

    /** The workload that it runs, null where it runs none. */
    @Nullable Mix mix() {
        return mix;
    }

    String latencyKind() {
        return latencyKind;
    }

    /** By how many threads the workload is run. */
    int threads() {
        return threads;
    }

    /** Threads of the phase that {@link #timesBase} compares with; 0 where there is none. */
    int baseThreads() {
        return base == null ? 0 : base.threads;
    }

    /**
     * How many times as fast a contender was as with the fewest threads.
     *
     * @return the median of the ratios within each round; null where nobody ran that
     */
    @Nullable Double timesBase(final String contender) {
        final Outcome outcome = outcomes.get(contender);
        final Outcome fewest = base == null ? null : base.outcomes.get(contender);
        return outcome == null || fewest == null
                ? null
                : outcome.rates().dividedBy(fewest.rates()).median();
    }

    /** Whether operations were timed one by one. */
    boolean hasLatencies() {
        return outcomes.values().stream().anyMatch(outcome -> outcome.latency().getTotalCount() > 0);
    }

    Outcome outcomeOf(final String contender) {
        return outcomes.computeIfAbsent(contender, any -> new Outcome());
    }

    /** A contender that failed has none. */
    void forget(final String contender) {
        outcomes.remove(contender);
    }

    /** By contender, in the order of their turns. */
    Map<String, Outcome> outcomes() {
        return outcomes;
    }

    /**
     * How many times as fast as the reference a contender was.
     *
     * @return the median of the ratios within each round; null where one of the two did not take part
     */
    @Nullable Double timesReference(final String contender) {
        return times(contender, CompareStores.REFERENCE);
    }

    /** The same, with any other one in the reference's place. */
    @Nullable Double times(final String contender, final String reference) {
        final Series ratios = ratios(contender, reference);
        return ratios == null ? null : ratios.median();
    }

    /** The ratio of each round. */
    @Nullable Series ratios(final String contender, final String reference) {
        final Outcome outcome = outcomes.get(contender);
        final Outcome other = outcomes.get(reference);
        return outcome == null || other == null ? null : outcome.rates().dividedBy(other.rates());
    }
}
