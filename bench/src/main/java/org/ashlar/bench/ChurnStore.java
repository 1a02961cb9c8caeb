package org.ashlar.bench;

import static org.ashlar.bench.Records.KEY_BYTES;

import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;

/** Does to a map what a {@link ChurnModel} says, and times it. */
final class ChurnStore implements ChurnModel.Change {
    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final int HISTOGRAM_DIGITS = 3;
    private static final double USUAL_PERCENTILE = 99.9;

    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final KvMap map;
    private final boolean mayBeDone;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[ChurnModel.largestValueBytes()]);
    private final Histogram puts = new Histogram(LONGEST_NANOS, HISTOGRAM_DIGITS);
    private final Histogram noOps = new Histogram(LONGEST_NANOS, HISTOGRAM_DIGITS);
    private long longestPutCpuNanos;
    private long longestDeleteNanos;

    /**
     * Of one round.
     *
     * @param map where
     * @param mayBeDone whether some of the deletes were done before, by a process that was killed
     */
    ChurnStore(final KvMap map, final boolean mayBeDone) {
        this.map = map;
        this.mayBeDone = mayBeDone;
        for (int i = 0; i < value.capacity(); i++) {
            value.putByte(i, (byte) i);
        }
    }

    @Override
    public void delete(final long index) {
        Records.putKey(key, index);
        final long begin = System.nanoTime();
        final boolean deleted = map.delete(key, 0, KEY_BYTES);
        longestDeleteNanos = Math.max(longestDeleteNanos, System.nanoTime() - begin);
        if (!deleted && !mayBeDone) {
            throw Records.wrong(index, -1, 0);
        }
    }

    @Override
    public void put(final long index, final int valueBytes) {
        Records.putKey(key, index);
        value.putLong(0, Records.key(index), ByteOrder.LITTLE_ENDIAN);
        final long cpuBegin = threads.getCurrentThreadCpuTime();
        final long begin = System.nanoTime();
        map.put(key, 0, KEY_BYTES, value, 0, valueBytes);
        final long nanos = System.nanoTime() - begin;
        longestPutCpuNanos = Math.max(longestPutCpuNanos, threads.getCurrentThreadCpuTime() - cpuBegin);
        puts.recordValue(Math.min(nanos, LONGEST_NANOS));
        doNothing(nanos);
    }

    /** As long as a put took, so that the pauses of the machine and of the JVM meet both as often; notes by how much it took longer. */
    private void doNothing(final long nanos) {
        final long begin = System.nanoTime();
        long taken = 0;
        while (taken < nanos) {
            taken = System.nanoTime() - begin;
        }
        noOps.recordValue(Math.min(taken - nanos, LONGEST_NANOS));
    }

    /** Checks that the map holds the records of a model and no others. */
    static void check(final KvMap map, final ChurnModel model) {
        if (map.size() != model.records()) {
            throw new IllegalStateException("expected " + model.records() + " records, found " + map.size());
        }
        final ChurnStore expected = new ChurnStore(map, false);
        final UnsafeBuffer found = new UnsafeBuffer(new byte[ChurnModel.largestValueBytes()]);
        model.forEach(new ChurnModel.Change() {
            @Override
            public void delete(final long index) {}

            @Override
            public void put(final long index, final int valueBytes) {
                expected.check(index, valueBytes, found);
            }
        });
    }

    private void check(final long index, final int valueBytes, final UnsafeBuffer found) {
        Records.putKey(key, index);
        final int length = map.get(key, 0, KEY_BYTES, found, 0);
        value.putLong(0, Records.key(index), ByteOrder.LITTLE_ENDIAN);
        if (length != valueBytes || !isEqual(found, valueBytes)) {
            throw Records.wrong(index, length, found.getLong(0, ByteOrder.LITTLE_ENDIAN));
        }
    }

    private boolean isEqual(final UnsafeBuffer found, final int length) {
        return Arrays.equals(found.byteArray(), 0, length, value.byteArray(), 0, length);
    }

    long longestPutNanos() {
        return puts.getMaxValue();
    }

    /** By how much the longest no-op took longer than the put before it. */
    long longestNoOpNanos() {
        return noOps.getMaxValue();
    }

    long usualPutNanos() {
        return puts.getValueAtPercentile(USUAL_PERCENTILE);
    }

    long longestPutCpuNanos() {
        return longestPutCpuNanos;
    }

    long longestDeleteNanos() {
        return longestDeleteNanos;
    }
}
