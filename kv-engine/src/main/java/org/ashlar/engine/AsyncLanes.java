package org.ashlar.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.ashlar.kv.StoreClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Runs writes whose callers do not wait.
 *
 * <p>Where a write waits for the device, it goes to one of {@value #LANES} lanes, each a thread with a queue, chosen by the key: so writes
 * of one key keep their order, and those of different keys wait for the device together, which is what makes the group commit of the
 * layer below worth its name. Elsewhere a write takes about a microsecond, and is done when the call returns: to hand it over would take longer.
 */
final class AsyncLanes {
    static final int LANES = 64;

    /** Writes that wait in a lane; who comes with one more waits itself. */
    static final int LANE_CAPACITY = 1024;

    private static final long IDLE_SECONDS = 1;

    private final boolean isDirect;
    private final AtomicReferenceArray<@Nullable Lane> lanes = new AtomicReferenceArray<>(LANES);
    private volatile boolean closed;

    private static final class Lane {
        final Semaphore room = new Semaphore(LANE_CAPACITY);
        final ExecutorService thread;

        Lane(final int number) {
            final ThreadPoolExecutor executor =
                    new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                        final Thread t = new Thread(task, "ashlar-lane-" + number);
                        t.setDaemon(true);
                        return t;
                    });
            executor.allowCoreThreadTimeOut(true);
            thread = executor;
        }
    }

    /**
     * Makes the lanes of a store; threads come with the first write that needs them.
     *
     * @param isDirect whether writes are done by their callers
     */
    AsyncLanes(final boolean isDirect) {
        this.isDirect = isDirect;
    }

    /** Whether {@link #submit} returns after the write. */
    boolean isDirect() {
        return isDirect;
    }

    /**
     * Runs a write, now or later.
     *
     * @param hash of the key; writes with the same one keep their order
     * @return completes with what the write returned or threw, when it is durable
     * @throws StoreClosedException after {@link #close}
     */
    <T> CompletableFuture<T> submit(final int hash, final Supplier<T> write) {
        final CompletableFuture<T> future = new CompletableFuture<>();
        if (isDirect) {
            try {
                future.complete(write.get());
            } catch (final RuntimeException | Error e) {
                future.completeExceptionally(e);
            }
            return future;
        }
        final Lane lane = lane(Math.floorMod(hash ^ hash >>> 16, LANES));
        lane.room.acquireUninterruptibly();
        try {
            lane.thread.execute(() -> {
                lane.room.release();
                run(write, future);
            });
        } catch (final RejectedExecutionException e) {
            lane.room.release();
            throw closedException(e);
        }
        return future;
    }

    /** What is done by those who wait for the future is user code: it must not hold up the lane. */
    private static <T> void run(final Supplier<T> write, final CompletableFuture<T> future) {
        try {
            final T result = write.get();
            future.completeAsync(() -> result);
        } catch (final RuntimeException | Error e) {
            ForkJoinPool.commonPool().execute(() -> future.completeExceptionally(e));
        }
    }

    private Lane lane(final int number) {
        final Lane known = lanes.get(number);
        if (known != null) {
            return known;
        }
        synchronized (lanes) {
            if (closed) {
                throw closedException(null);
            }
            final Lane raced = lanes.get(number);
            final Lane lane = raced == null ? new Lane(number) : raced;
            lanes.set(number, lane);
            return lane;
        }
    }

    private static StoreClosedException closedException(final @Nullable Throwable cause) {
        return new StoreClosedException("the store is closed", cause);
    }

    /** Takes no more writes, and waits for those that it took until the deadline, a time of {@link System#nanoTime}. */
    void close(final long deadlineNanos) {
        synchronized (lanes) {
            closed = true;
        }
        for (int i = 0; i < LANES; i++) {
            final Lane lane = lanes.get(i);
            if (lane != null) {
                lane.thread.shutdown();
            }
        }
        boolean interrupted = false;
        for (int i = 0; i < LANES; i++) {
            final Lane lane = lanes.get(i);
            while (lane != null && !lane.thread.isTerminated() && System.nanoTime() - deadlineNanos < 0) {
                try {
                    lane.thread.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
