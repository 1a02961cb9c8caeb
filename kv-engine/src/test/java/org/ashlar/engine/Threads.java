package org.ashlar.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs things at once and passes on what goes wrong in any of them. */
public final class Threads {
    private static final int LIMIT_SECONDS = 120;

    private Threads() {}

    /**
     * One thread, for a test that holds its own meanwhile; it keeps no process from ending.
     *
     * @param name of the thread
     * @return what runs tasks on it
     */
    public static ExecutorService daemon(final String name) {
        return Executors.newSingleThreadExecutor(task -> {
            final Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** One part of a test that runs in a thread of its own. */
    @FunctionalInterface
    interface Part {
        void run(int thread) throws Exception;
    }

    /** Runs a part in so many threads that begin together. */
    static void together(final int threads, final Part part) {
        final List<Part> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(part);
        }
        together(parts);
    }

    /** Runs each part in a thread of its own. */
    static void together(final List<Part> parts) {
        final ExecutorService executor = Executors.newFixedThreadPool(parts.size());
        final CountDownLatch start = new CountDownLatch(parts.size());
        try {
            final List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                final int thread = i;
                final Callable<Void> task = () -> {
                    start.countDown();
                    start.await();
                    parts.get(thread).run(thread);
                    return null;
                };
                futures.add(executor.submit(task));
            }
            for (final Future<?> future : futures) {
                join(future);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static void join(final Future<?> future) {
        try {
            future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (final ExecutionException e) {
            throw new AssertionError("in a thread: " + e.getCause(), e.getCause());
        } catch (final InterruptedException | TimeoutException e) {
            throw new AssertionError("a thread does not end", e);
        }
    }

    /** Threads without limit: virtual ones where this JDK has them. */
    static ExecutorService many() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (final ReflectiveOperationException e) {
            return Executors.newCachedThreadPool();
        }
    }
}
