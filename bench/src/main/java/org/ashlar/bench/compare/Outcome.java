package org.ashlar.bench.compare;

import org.HdrHistogram.Histogram;
import org.ashlar.bench.Series;

/** What one contender did in one phase, over all rounds. */
final class Outcome {
    private final Series rates = new Series();
    private final Histogram latency = Slice.histogram();
    private long operations;
    private long allocatedBytes;
    private long settleNanos;

    /** Adds a turn whose rate counts. */
    void addRate(final Slice slice) {
        rates.add(slice.opsPerSecond());
        operations += slice.operations();
        allocatedBytes += slice.allocatedBytes();
        settleNanos += slice.settleNanos();
    }

    /** Adds a turn whose times count. */
    void addLatency(final Slice slice) {
        latency.add(slice.latency());
    }

    /** Operations per second, round by round. */
    Series rates() {
        return rates;
    }

    /** Nanoseconds. */
    Histogram latency() {
        return latency;
    }

    /** On the heap, by the threads that ran the operations. */
    double allocatedBytesPerOperation() {
        return (double) allocatedBytes / operations;
    }

    /** How long the store went on in the background after its turns, in all. */
    double settleSeconds() {
        return settleNanos / 1e9;
    }
}
