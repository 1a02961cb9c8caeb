package org.ashlar.examples.service;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;

/** The running service: an open store with an HTTP server before it. Serves from when it is made until it is closed. */
final class Leaderboard implements AutoCloseable {
    static final int MAX_PLAYERS = 10_000;

    private static final int MAX_ROWS = 20;
    private static final long MAXIMUM_BYTES = 1L << 30;
    private static final int REQUEST_THREADS = 16;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration MAX_REQUEST = Duration.ofSeconds(10);
    private static final int DEFAULT_BACKLOG = 0;

    static {
        // The server reads these once. Without the first, an answer in two writes waits for the client's delayed
        // acknowledgement of the
        // first one; with the second, a client that sends its request too slowly does not keep a thread for itself.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", Long.toString(MAX_REQUEST.toSeconds()));
    }

    private final Path file;
    private final Instant openedAt;
    private final Store store;
    private final Runs runs;
    private final Runs.Run run;
    private final Scores scores;
    private final LiveUpdates live;
    private final HttpServer server;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final ExecutorService requests =
            Executors.newFixedThreadPool(REQUEST_THREADS, task -> new Thread(task, "request"));

    /**
     * Opens the store and begins to serve.
     *
     * @param file the pool file; created where missing
     * @param address where to listen; port 0 for any free one
     * @param maxPlayers how many players the board takes
     * @throws IOException when it cannot listen there; the store is closed then
     */
    Leaderboard(final Path file, final InetSocketAddress address, final int maxPlayers) throws IOException {
        this.file = file;
        final Page page = new Page();
        final Clock clock = Clock.systemUTC();
        openedAt = clock.instant();
        store = Store.open(file, StoreOptions.defaults().withMaximumBytes(MAXIMUM_BYTES));
        try {
            server = HttpServer.create(address, DEFAULT_BACKLOG);
        } catch (final IOException | RuntimeException e) {
            store.close();
            throw e;
        }
        runs = new Runs(store);
        run = runs.begin();
        scores = new Scores(store, maxPlayers, clock);
        live = new LiveUpdates(() -> Json.text(new State(board(), storeFacts())), HEARTBEAT);
        server.createContext("/", new HttpApi(this, live, page));
        server.setExecutor(requests);
        server.start();
    }

    /**
     * What the page shows.
     *
     * @param board the scores
     * @param store the store
     */
    private record State(Board board, StoreFacts store) {}

    URI uri() {
        final InetSocketAddress address = server.getAddress();
        final String host = address.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    Board.Row add(final Event event) {
        final Score score = scores.add(event);
        live.changed();
        return new Board.Row(event.player(), score.points(), score.events());
    }

    Board.@Nullable Row score(final String player) {
        final Score score = scores.get(player);
        return score == null ? null : new Board.Row(player, score.points(), score.events());
    }

    Board board() {
        return scores.board(MAX_ROWS);
    }

    StoreFacts storeFacts() {
        return StoreFacts.of(file, store, openedAt, run);
    }

    VerifyReport verify() {
        return store.verify();
    }

    /** Ends the streams, then the requests, then the store: each needs the next. Calling it again does nothing. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        live.close();
        server.stop(0);
        requests.shutdown();
        runs.end();
        store.close();
    }
}
