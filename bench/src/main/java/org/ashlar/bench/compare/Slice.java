package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Child;

/**
 * What one contender did in one turn.
 *
 * @param opsPerSecond of all threads together
 * @param operations how many
 * @param allocatedBytes of the threads that ran them, on the heap
 * @param settleNanos how long the store went on in the background
 * @param latency of each operation, in nanoseconds; empty where operations were not timed one by one
 */
record Slice(double opsPerSecond, long operations, long allocatedBytes, long settleNanos, Histogram latency) {
    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final String RATE = "ops per second";
    private static final String OPERATIONS = "operations";
    private static final String ALLOCATED = "allocated bytes";
    private static final String SETTLE = "settle nanos";
    private static final String LATENCY = "latency";

    /** Makes a histogram that takes whatever {@link #record} is given. */
    static Histogram histogram() {
        return new Histogram(LONGEST_NANOS, DIGITS);
    }

    static void record(final Histogram histogram, final long nanos) {
        histogram.recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
    }

    /** That of two threads at the same time. */
    Slice beside(final Slice other) {
        final Histogram both = latency.copy();
        both.add(other.latency);
        return new Slice(
                opsPerSecond + other.opsPerSecond,
                operations + other.operations,
                allocatedBytes + other.allocatedBytes,
                Math.max(settleNanos, other.settleNanos),
                both);
    }

    /**
     * With what else the process did counted as work too.
     *
     * @param nanos of CPU time, beside the threads that ran the operations
     * @param threads how many those were
     */
    Slice withBackground(final long nanos, final int threads) {
        final double seconds = operations / opsPerSecond + nanos / 1e9 / threads;
        return new Slice(operations / seconds, operations, allocatedBytes, settleNanos, latency);
    }

    Slice settledIn(final long nanos) {
        return new Slice(opsPerSecond, operations, allocatedBytes, nanos, latency);
    }

    /** In the child: tells it. */
    void tell() {
        Child.tell(RATE, opsPerSecond);
        Child.tell(OPERATIONS, operations);
        Child.tell(ALLOCATED, allocatedBytes);
        Child.tell(SETTLE, settleNanos);
        final ByteBuffer bytes = ByteBuffer.allocate(latency.getNeededByteBufferCapacity());
        final int length = latency.encodeIntoCompressedByteBuffer(bytes);
        Child.tell(
                LATENCY,
                Base64.getEncoder()
                        .encodeToString(ByteBuffer.allocate(length)
                                .put(bytes.array(), 0, length)
                                .array()));
    }

    /** In the parent: waits for it. */
    static Slice await(final Child child) throws IOException {
        final double opsPerSecond = child.await(RATE);
        final long operations = (long) child.await(OPERATIONS);
        final long allocatedBytes = (long) child.await(ALLOCATED);
        final long settleNanos = (long) child.await(SETTLE);
        final byte[] latency = Base64.getDecoder().decode(child.awaitText(LATENCY));
        try {
            return new Slice(
                    opsPerSecond,
                    operations,
                    allocatedBytes,
                    settleNanos,
                    Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(latency), LONGEST_NANOS));
        } catch (final DataFormatException e) {
            throw new IOException("the child told no histogram", e);
        }
    }
}
