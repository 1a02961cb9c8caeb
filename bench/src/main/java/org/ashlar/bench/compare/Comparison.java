package org.ashlar.bench.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.bench.Report;
import org.jspecify.annotations.Nullable;

/** All that a run has found. */
final class Comparison {
    private final List<Report.Fact> facts;
    private final Shape shape;
    private final List<Contender> contenders;
    private final List<Phase> phases = new ArrayList<>();
    private final Map<String, Map<String, Footprint>> footprints = new LinkedHashMap<>();
    private final Map<Integer, Map<String, Restart>> restarts = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    /**
     * Of a run that begins.
     *
     * @param facts machine and parameters
     * @param shape what is stored
     * @param contenders who takes part
     */
    Comparison(final List<Report.Fact> facts, final Shape shape, final List<Contender> contenders) {
        this.facts = facts;
        this.shape = shape;
        this.contenders = contenders;
    }

    List<Report.Fact> facts() {
        return facts;
    }

    Shape shape() {
        return shape;
    }

    List<Contender> contenders() {
        return contenders;
    }

    /** What one who takes part can do. */
    Contender.Abilities abilities(final String contender) {
        return contenders.stream()
                .filter(any -> any.name().equals(contender))
                .findFirst()
                .orElseThrow()
                .abilities();
    }

    List<Phase> phases() {
        return phases;
    }

    /** The phase of a title; null where it was not run. */
    @Nullable Phase phase(final String title) {
        return phases.stream()
                .filter(phase -> phase.title().equals(title))
                .findFirst()
                .orElse(null);
    }

    /** The phase that ran a workload by so many threads; null where none did. */
    @Nullable Phase phase(final Mix mix, final int threads) {
        return phases.stream()
                .filter(phase -> mix.equals(phase.mix()) && phase.threads() == threads)
                .findFirst()
                .orElse(null);
    }

    /** By moment, then by contender. */
    Map<String, Map<String, Footprint>> footprints() {
        return footprints;
    }

    /** By number of records, then by contender. */
    Map<Integer, Map<String, Restart>> restarts() {
        return restarts;
    }

    /** By contender: where and how it failed. It takes no further part. */
    Map<String, String> failures() {
        return failures;
    }
}
