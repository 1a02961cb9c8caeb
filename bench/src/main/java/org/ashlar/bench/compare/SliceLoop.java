package org.ashlar.bench.compare;

import java.lang.management.ManagementFactory;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Records;

/**
 * Runs requests on one thread, in three ways. Requests are drawn a batch at a time, with their keys, off the clock, so that what is measured is the
 * store and not the sampler, which for a zipfian draw takes as long as a fast get.
 *
 * <p><b>Flat out</b>: looks at the clock once a batch. What counts is the rate.
 *
 * <p><b>Timed</b>: the next operation begins when the one before has ended, and each is timed. That is <i>service time</i>: a store that
 * stalls delays one operation here, where users who do not wait for one another would all be delayed.
 *
 * <p><b>Paced</b>: operations are due at fixed intervals, whatever the store does, and the time of each counts from when it was due.
 * So a stall shows in all the operations that it delayed: no coordinated omission. What is due and not done when the time is up twice
 * over counts with the time that it has waited.
 */
final class SliceLoop {
    private static final int BATCH = 1024;

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Clock clock;
    private final Worker worker;
    private final long[] batch = new long[BATCH];

    /** The keys of the batch. */
    private final long[] numbers = new long[BATCH];

    SliceLoop(final Clock clock, final Worker worker) {
        this.clock = clock;
        this.worker = worker;
    }

    Worker worker() {
        return worker;
    }

    /**
     * Runs requests and counts.
     *
     * @param nanos after which no further batch begins
     */
    Slice flatOut(final Request.Source source, final long nanos) {
        final long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        long operations = 0;
        long busy = 0;
        int drawn = BATCH;
        while (busy < nanos && drawn == BATCH) {
            drawn = draw(source);
            final long begin = clock.workedNanos();
            worker.run(batch, numbers, drawn);
            busy += clock.workedNanos() - begin;
            operations += drawn;
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        return slice(operations, busy, allocated, Slice.histogram());
    }

    /**
     * Runs requests, each timed from its beginning to its end.
     *
     * @param nanos after which no further batch begins
     */
    Slice timed(final Request.Source source, final long nanos) {
        final Histogram latency = Slice.histogram();
        final long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        long operations = 0;
        long busy = 0;
        int drawn = BATCH;
        while (busy < nanos && drawn == BATCH) {
            drawn = draw(source);
            final long begin = clock.workedNanos();
            long before = clock.nanos();
            for (int i = 0; i < drawn; i++) {
                worker.run(batch[i], numbers[i]);
                final long after = clock.nanos();
                Slice.record(latency, after - before);
                before = after;
            }
            busy += clock.workedNanos() - begin;
            operations += drawn;
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        return slice(operations, busy, allocated, latency);
    }

    /**
     * Runs requests at a rate, each timed from when it was due.
     *
     * @param nanos how long requests are due
     * @param opsPerSecond of this thread
     */
    Slice paced(final Request.Source source, final long nanos, final double opsPerSecond) {
        final Histogram latency = Slice.histogram();
        final long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
        final double interval = 1e9 / opsPerSecond;
        final long count = (long) (nanos / interval);
        final long begin = clock.nanos();
        long operations = 0;
        long now = begin;
        while (operations < count && now - begin < 2 * nanos) {
            final long due = begin + (long) (operations * interval);
            final long request = source.next();
            clock.awaitUntil(due);
            worker.run(request);
            now = clock.nanos();
            Slice.record(latency, now - due);
            operations++;
        }
        final long busy = now - begin;
        final long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
        for (long undone = operations; undone < count; undone++) {
            Slice.record(latency, now - begin - (long) (undone * interval));
        }
        return slice(operations, busy, allocated, latency);
    }

    private int draw(final Request.Source source) {
        for (int i = 0; i < BATCH; i++) {
            batch[i] = source.next();
            if (batch[i] == Request.NONE) {
                return i;
            }
            numbers[i] = Records.key(Request.index(batch[i]));
        }
        return BATCH;
    }

    private static Slice slice(final long operations, final long nanos, final long allocated, final Histogram latency) {
        return new Slice(operations * 1e9 / Math.max(1, nanos), operations, allocated, 0, latency);
    }
}
