package org.ashlar.examples.service;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ashlar.kv.StoreClosedException;
import org.ashlar.kv.StoreFullException;
import org.jspecify.annotations.Nullable;

/**
 * What the service says over HTTP:
 *
 * <pre>
 *   GET  /                     the page, with /app.js, /style.css and /icon.svg
 *   POST /api/scores           an event, {"player": "Ada", "points": 5}; answered when it is durable, with what the player has now
 *   GET  /api/scores           the board
 *   GET  /api/scores/{player}  what a player has
 *   GET  /api/store            what the store says of itself
 *   POST /api/verify           walks the whole store and says what it found
 *   GET  /api/live             server-sent events: {"board": ..., "store": ...} now and after each change
 * </pre>
 *
 * <p>What is refused is answered with {"error": "..."}.
 */
final class HttpApi implements HttpHandler {
    static final int MAX_BODY_BYTES = 1_024;

    private static final System.Logger LOGGER = System.getLogger(HttpApi.class.getName());
    private static final String SCORES = "/api/scores";
    private static final String LIVE = "/api/live";
    private static final String JSON = "application/json";

    private final Leaderboard leaderboard;
    private final LiveUpdates live;
    private final Page page;

    HttpApi(final Leaderboard leaderboard, final LiveUpdates live, final Page page) {
        this.leaderboard = leaderboard;
        this.live = live;
        this.page = page;
    }

    @Override
    public void handle(final HttpExchange exchange) throws IOException {
        final Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Cache-Control", "no-store");
        try {
            if (exchange.getRequestURI().getPath().equals(LIVE)
                    && exchange.getRequestMethod().equals("GET")) {
                live.serve(exchange);
                return; // the exchange goes on
            }
            send(exchange, 200, answer(exchange));
        } catch (final HttpProblem e) {
            refuse(exchange, e.status(), e.getMessage());
        } catch (final StoreFullException e) {
            refuse(exchange, 507, e.getMessage());
        } catch (final StoreClosedException e) {
            refuse(exchange, 503, "the service is ending");
        } catch (final RuntimeException e) {
            LOGGER.log(Level.ERROR, exchange.getRequestMethod() + " " + exchange.getRequestURI(), e);
            refuse(exchange, 500, "something went wrong in the service; its log tells more");
        }
        exchange.close();
    }

    private Answer answer(final HttpExchange exchange) throws IOException {
        final String path = exchange.getRequestURI().getPath();
        switch (path) {
            case SCORES -> {
                final boolean isEvent = exchange.getRequestMethod().equals("POST");
                require(isEvent ? "POST" : "GET, POST", exchange);
                return json(isEvent ? leaderboard.add(event(exchange)) : leaderboard.board());
            }
            case LIVE -> { // a GET has gone another way
                require("GET", exchange);
                return new Answer(LiveUpdates.CONTENT_TYPE, new byte[0]);
            }
            case "/api/store" -> {
                require("GET", exchange);
                return json(leaderboard.storeFacts());
            }
            case "/api/verify" -> {
                require("POST", exchange);
                requireJson(exchange);
                return json(leaderboard.verify());
            }
            default -> {
                return file(exchange, path);
            }
        }
    }

    private Answer file(final HttpExchange exchange, final String path) {
        final Page.PageFile file = page.at(path);
        if (file != null) {
            require("GET", exchange);
            return new Answer(file.contentType(), file.bytes());
        }
        if (path.startsWith(SCORES + "/")) {
            require("GET", exchange);
            return json(score(path.substring(SCORES.length() + 1)));
        }
        throw new HttpProblem(404, "there is no " + path);
    }

    private Board.Row score(final String player) {
        final Board.Row row = leaderboard.score(player);
        if (row == null) {
            throw new HttpProblem(404, "there is no player " + player);
        }
        return row;
    }

    private static Event event(final HttpExchange exchange) throws IOException {
        requireJson(exchange);
        final byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new HttpProblem(413, "the body must have at most " + MAX_BODY_BYTES + " bytes");
        }
        return Json.event(body).checked();
    }

    /** A page of somebody else's cannot make a browser send us that, other than a form, without asking us first whether it may. */
    private static void requireJson(final HttpExchange exchange) {
        final String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null
                || !type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(JSON)) {
            throw new HttpProblem(415, "the Content-Type must be " + JSON);
        }
    }

    /** Where GET is allowed, HEAD is too. */
    private static void require(final String methods, final HttpExchange exchange) {
        final List<String> allowed = List.of(methods.replace("GET", "GET, HEAD").split(", "));
        if (!allowed.contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", String.join(", ", allowed));
            throw new HttpProblem(405, "only " + String.join(", ", allowed) + " can be done here");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(String contentType, byte[] body) {}

    private static Answer json(final @Nullable Object value) {
        return new Answer(JSON, Json.bytes(value == null ? Map.of() : value));
    }

    private static void refuse(final HttpExchange exchange, final int status, final @Nullable String message)
            throws IOException {
        if (exchange.getResponseCode() == -1) { // else the answer has begun
            send(exchange, status, json(Map.of("error", String.valueOf(message))));
        }
    }

    private static void send(final HttpExchange exchange, final int status, final Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }
}
