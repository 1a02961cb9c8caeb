package org.ashlar.examples.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the state to all who look on, as server-sent events. One thread makes the state, at most ten times a second and only where
 * something has changed; one thread for each client sends the newest, so a slow client delays nobody and leaves out what it missed.
 */
final class LiveUpdates implements AutoCloseable {
    static final int MAX_CLIENTS = 64;
    static final String CONTENT_TYPE = "text/event-stream";

    private static final System.Logger LOGGER = System.getLogger(LiveUpdates.class.getName());
    private static final long INTERVAL_MILLIS = 100;
    /** How long a client waits until it tries again. */
    private static final long RETRY_MILLIS = 500;

    private static final long MAX_CLOSE_MILLIS = 2_000;

    private final Supplier<String> state;
    private final long heartbeatNanos;
    private final AtomicBoolean isChanged = new AtomicBoolean();
    private final Semaphore places = new Semaphore(MAX_CLIENTS);
    private final ScheduledExecutorService publisher =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "live-publisher"));
    private final ExecutorService writers = Executors.newCachedThreadPool(task -> new Thread(task, "live-writer"));
    private final ScheduledFuture<?> schedule;
    private final Object lock = new Object();

    // All guarded by lock.
    private String newest;
    private long version = 1;
    private boolean isClosed;

    /**
     * Begins to publish.
     *
     * @param state makes the state as one line of JSON
     * @param heartbeat how often a client hears something though nothing changes: so it is noticed when it is gone
     */
    LiveUpdates(final Supplier<String> state, final Duration heartbeat) {
        this.state = state;
        this.heartbeatNanos = heartbeat.toNanos();
        this.newest = state.get();
        this.schedule = publisher.scheduleWithFixedDelay(
                this::publishIfChanged, INTERVAL_MILLIS, INTERVAL_MILLIS, MILLISECONDS);
    }

    /** To be called after each change. */
    void changed() {
        isChanged.set(true);
    }

    /** The mark is taken off first: a change that comes while the state is made is published the next time. */
    private void publishIfChanged() {
        if (!isChanged.compareAndSet(true, false)) {
            return;
        }
        try {
            final String next = state.get();
            synchronized (lock) {
                newest = next;
                version++;
                lock.notifyAll();
            }
        } catch (final RuntimeException e) { // would end the schedule
            LOGGER.log(Level.ERROR, "cannot make the live state", e);
        }
    }

    /**
     * Takes over an exchange: sends it the state now and after each change, until one of the two sides goes. Returns at once.
     *
     * @throws HttpProblem 503, when there are too many clients
     */
    void serve(final HttpExchange exchange) throws IOException {
        if (!places.tryAcquire()) {
            throw new HttpProblem(503, "there are " + MAX_CLIENTS + " live clients already: try again later");
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(200, 0);
            writers.execute(() -> write(exchange));
        } catch (final IOException | RuntimeException e) {
            places.release();
            throw e;
        }
    }

    private void write(final HttpExchange exchange) {
        try {
            final OutputStream out = exchange.getResponseBody();
            send(out, "retry: " + RETRY_MILLIS + "\n\n");
            Update update = await(0);
            while (!update.isLast()) {
                send(out, update.json() == null ? ":\n\n" : "event: state\ndata: " + update.json() + "\n\n");
                update = await(update.version());
            }
        } catch (final IOException e) {
            LOGGER.log(Level.DEBUG, "a live client is gone", e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            places.release();
            exchange.close();
        }
    }

    private static void send(final OutputStream out, final String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    /** {@code json} is null where nothing has changed for the time of a heartbeat. */
    private record Update(long version, @Nullable String json, boolean isLast) {}

    private Update await(final long seenVersion) throws InterruptedException {
        final long deadline = System.nanoTime() + heartbeatNanos;
        synchronized (lock) {
            while (version == seenVersion && !isClosed) {
                final long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return new Update(seenVersion, null, false);
                }
                lock.wait(millis);
            }
            return new Update(version, newest, isClosed);
        }
    }

    /** Ends all streams, and waits until they have ended: else the server would cut them off, and the store be closed under the publisher. */
    @Override
    public void close() {
        schedule.cancel(false);
        publisher.shutdown();
        synchronized (lock) {
            isClosed = true;
            lock.notifyAll();
        }
        writers.shutdown();
        try {
            final boolean haveEnded = publisher.awaitTermination(MAX_CLOSE_MILLIS, MILLISECONDS)
                    && writers.awaitTermination(MAX_CLOSE_MILLIS, MILLISECONDS);
            if (!haveEnded) {
                LOGGER.log(Level.DEBUG, "a live client does not read; its stream is cut off");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
