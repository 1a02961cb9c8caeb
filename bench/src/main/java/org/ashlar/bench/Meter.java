package org.ashlar.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures rates of operations on threads that stay the same from one measurement to the next, by wall time, or by the
 * CPU time of those threads where the machine is busy with other things. (CPU time hides what threads wait for.)
 */
final class Meter implements AutoCloseable {
    private static final int BATCH = 1024;

    private final com.sun.management.ThreadMXBean bean =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final boolean cpuTime;

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        final Thread thread = new Thread(task, "bench");
        thread.setDaemon(true);
        return thread;
    });

    /** Kept so that no operation can be optimised away. */
    private volatile long consumed;

    Meter(final boolean cpuTime) {
        this.cpuTime = cpuTime;
    }

    /**
     * Runs operations side by side, each on a thread, all from the same moment.
     *
     * @param operations one for each thread
     * @param nanos how long
     * @return operations in a second, of all threads together
     */
    double opsPerSecond(final List<? extends Operation> operations, final long nanos) throws InterruptedException {
        return opsPerSecond(operations, nanos, BATCH);
    }

    /**
     * Runs operations side by side, each on a thread, all from the same moment.
     *
     * @param operations one for each thread
     * @param nanos how long
     * @param batch how many operations between two looks at the clock
     * @return operations in a second, of all threads together
     */
    double opsPerSecond(final List<? extends Operation> operations, final long nanos, final int batch)
            throws InterruptedException {
        final CyclicBarrier start = new CyclicBarrier(operations.size());
        final List<Future<Double>> rates = new ArrayList<>();
        for (final Operation operation : operations) {
            rates.add(threads.submit(() -> {
                start.await();
                return opsPerSecond(operation, nanos, batch);
            }));
        }
        double sum = 0;
        for (final Future<Double> rate : rates) {
            sum += resultOf(rate);
        }
        return sum;
    }

    private double opsPerSecond(final Operation operation, final long nanos, final int batch) {
        final long begin = nanos();
        long sum = 0;
        long operations = 0;
        long elapsed;
        do {
            sum += operation.run(batch);
            operations += batch;
            elapsed = nanos() - begin;
        } while (elapsed < nanos);
        consumed = sum;
        return operations * 1e9 / elapsed;
    }

    /**
     * Runs an operation that does a number of things, once.
     *
     * @param operation what
     * @param count how many
     * @return nanoseconds of each
     */
    double nanosPerOp(final Operation operation, final int count) throws InterruptedException {
        return resultOf(threads.submit(() -> {
            final long begin = nanos();
            consumed = operation.run(count);
            return (double) (nanos() - begin) / count;
        }));
    }

    private long nanos() {
        return cpuTime ? bean.getCurrentThreadCpuTime() : System.nanoTime();
    }

    /**
     * Heap bytes that an operation allocates.
     *
     * @param operation warm
     * @param count how often to run it
     * @return bytes for each time
     */
    double allocatedBytesPerOp(final Operation operation, final int count) throws InterruptedException {
        return resultOf(threads.submit(() -> {
            final long before = bean.getCurrentThreadAllocatedBytes();
            consumed = operation.run(count);
            return (double) (bean.getCurrentThreadAllocatedBytes() - before) / count;
        }));
    }

    private static <T> T resultOf(final Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (final ExecutionException e) {
            throw new IllegalStateException("a benchmark thread failed", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
