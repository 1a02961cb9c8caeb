package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Records;
import org.junit.jupiter.api.Test;

/** On a clock that moves only while the store works or the loop waits. */
class SliceLoopTest {
    private static final long GET_NANOS = 10_000;
    private static final long STALL_NANOS = 50_000_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Shape shape = new Shape(1000, 8, Values.SMALL, 1);
    private final ManualClock clock = new ManualClock();
    private final StallingSession session = new StallingSession();
    private final SliceLoop loop = new SliceLoop(clock, new Worker(session, Values.SMALL, 0));
    private final Request.Source reads = () -> Request.of(Request.Kind.READ, 1);

    private static final class ManualClock implements Clock {
        private long now = 1000;

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public long workedNanos() {
            return now;
        }

        @Override
        public void awaitUntil(final long nanos) {
            now = Math.max(now, nanos);
        }
    }

    /** Each get takes as long as the one before, but one. */
    private final class StallingSession extends Session {
        private int gets;
        private int stallAt = -1;
        private long getNanos = GET_NANOS;

        StallingSession() {
            super(shape, false);
            Values.fill(found);
        }

        @Override
        protected int get() {
            clock.now += gets++ == stallAt ? STALL_NANOS : getNanos;
            Values.stamp(found, Records.key(1), 0);
            return shape.values().length(0);
        }

        @Override
        protected void put(final int length) {}

        @Override
        protected boolean delete() {
            return true;
        }
    }

    private static long countAbove(final Histogram nanos, final long limit) {
        return nanos.getTotalCount() - nanos.getCountBetweenValues(0, limit);
    }

    @Test
    void aStallShowsInAllOperationsThatItDelays() {
        session.stallAt = 5000;
        final Slice slice = loop.paced(reads, SECOND, 10_000);
        // Due every 100 us; a stall of 50 ms, caught up by 90 us each: some 555 are late.
        assertEquals(10_000, slice.operations());
        assertEquals(10_000, slice.latency().getTotalCount());
        assertEquals(555.0, (double) countAbove(slice.latency(), 2 * GET_NANOS), 5.0);
        assertEquals(STALL_NANOS / 2.0, (double) slice.latency().getValueAtPercentile(97.2), STALL_NANOS * 0.05);
    }

    @Test
    void atFullSpeedTheSameStallShowsInOne() {
        session.stallAt = 5000;
        final Slice slice = loop.timed(reads, SECOND / 10);
        assertEquals(1, countAbove(slice.latency(), 2 * GET_NANOS));
        assertEquals((double) STALL_NANOS, (double) slice.latency().getMaxValue(), STALL_NANOS * 0.001);
    }

    @Test
    void aStoreThatIsTooSlowForTheRateIsNotSparedWhatItLeavesUndone() {
        session.getNanos = 1_000_000;
        final Slice slice = loop.paced(reads, SECOND, 10_000);
        assertEquals(2000.0, (double) slice.operations(), 1.0);
        assertEquals(10_000, slice.latency().getTotalCount());
        assertTrue(slice.latency().getValueAtPercentile(50) > SECOND / 2);
        assertTrue(slice.latency().getMaxValue() < 2 * SECOND);
        assertEquals(1000.0, slice.opsPerSecond(), 1.0);
    }

    @Test
    void theRateIsThatOfTheStore() {
        assertEquals(1e9 / GET_NANOS, loop.flatOut(reads, SECOND / 10).opsPerSecond(), 1);
        assertEquals(1e9 / GET_NANOS, loop.timed(reads, SECOND / 10).opsPerSecond(), 1);
    }

    @Test
    void requestsThatEndAreAllRun() {
        final Slice timed = loop.timed(Passes.each(Request.Kind.READ, 1, 2, 0, 1), Long.MAX_VALUE);
        assertEquals(1, timed.operations());
        final int[] left = {5000};
        final Slice flatOut =
                loop.flatOut(() -> left[0]-- > 0 ? Request.of(Request.Kind.READ, 1) : Request.NONE, Long.MAX_VALUE);
        assertEquals(5000, flatOut.operations());
        assertEquals(5001, session.gets);
    }

    @Test
    void workInTheBackgroundCountsAsTime() {
        final Slice slice = new Slice(1000, 2000, 0, 0, Slice.histogram());
        assertEquals(500, slice.withBackground(TimeUnit.SECONDS.toNanos(2), 1).opsPerSecond(), 1e-9);
    }
}
