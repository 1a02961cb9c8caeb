package org.ashlar.bench.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.bench.Series;
import org.jspecify.annotations.Nullable;

/** A part of a run in which all contenders take turns, and what each did. */
final class Phase {
    private final String title;
    private final String latencyKind;
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

    /**
     * A phase that nobody has run yet.
     *
     * @param title a heading
     * @param latencyKind what its latencies are
     */
    Phase(final String title, final String latencyKind) {
        this.title = title;
        this.latencyKind = latencyKind;
    }

    String title() {
        return title;
    }

    String latencyKind() {
        return latencyKind;
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
        final Outcome reference = outcomes.get(CompareStores.REFERENCE);
        final Outcome outcome = outcomes.get(contender);
        if (reference == null || outcome == null) {
            return null;
        }
        final Series ratios = outcome.rates().dividedBy(reference.rates());
        return ratios.median();
    }
}
