package org.ashlar.examples.service;

import java.util.Objects;
import org.ashlar.kv.Store;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.TypedMap;

/** Counts the runs of the service, and remembers which of them did not come to their end. */
final class Runs {
    private static final String MAP = "runs";
    private static final String COUNT = "count";
    private static final String UNFINISHED = "unfinished";

    private final TypedMap<String, Long> runs;

    Runs(final Store store) {
        runs = TypedMap.of(store.map(MAP), Codecs.STRING, Codecs.LONG);
    }

    /**
     * A run that has begun.
     *
     * @param number of the run, from 1
     * @param isAfterKill whether the one before was ended from outside
     */
    record Run(long number, boolean isAfterKill) {}

    /** Begins a run. A kill between the two steps leaves a number out, and nothing else. */
    Run begin() {
        final Long number = Objects.requireNonNull(runs.merge(COUNT, 1L, Long::sum));
        final Long unfinished = runs.getAndPut(UNFINISHED, number);
        return new Run(number, unfinished != null);
    }

    void end() {
        runs.remove(UNFINISHED);
    }
}
