package org.ashlar.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The service in this process, seen over HTTP. */
final class HttpApiTest {
    private static final int MAX_PLAYERS = 30;
    private static final String JSON = "application/json";

    @TempDir
    private Path folder;

    @AutoClose
    private Leaderboard leaderboard;

    private Client client;

    @BeforeEach
    void start() throws IOException {
        final InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        leaderboard = new Leaderboard(folder.resolve("leaderboard.pool"), anyPort, MAX_PLAYERS);
        client = new Client(leaderboard.uri());
    }

    private void assertNothingIsStored() throws IOException, InterruptedException {
        assertEquals(0, client.get("api/scores").json().path("events").asLong());
    }

    @Test
    void anEventIsAnsweredWithWhatThePlayerHas() throws IOException, InterruptedException {
        client.post("Ada", 5);
        final Client.Answer answer = client.post(" Ada ", 7);
        assertEquals(200, answer.status());
        assertEquals(
                "{\"player\":\"Ada\",\"points\":12,\"events\":2}", answer.json().toString());
        assertEquals(answer.json(), client.get("api/scores/Ada").json());
    }

    @Test
    void theBoardHasTheBestFirstAndTheSumsOfAll() throws IOException, InterruptedException {
        for (int i = 1; i <= 25; i++) {
            client.post("player " + i, i);
        }
        final JsonNode board = client.get("api/scores").json();
        assertEquals(20, board.path("top").size());
        assertEquals("player 25", board.path("top").path(0).path("player").asText());
        assertEquals(6, board.path("top").path(19).path("points").asInt());
        assertEquals(25, board.path("players").asInt());
        assertEquals(25, board.path("events").asInt());
        assertEquals(25 * 26 / 2, board.path("points").asInt());
    }

    @Test
    void noEventOfManyClientsIsLost() throws IOException, InterruptedException, ExecutionException {
        final int clients = 8;
        final int events = 100;
        final ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            final List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> {
                    for (int event = 0; event < events; event++) {
                        assertEquals(200, client.post("Ada", 3).status());
                    }
                    return null;
                }));
            }
            for (final Future<?> thread : running) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
        final JsonNode ada = client.get("api/scores/Ada").json();
        assertEquals(clients * events, ada.path("events").asInt());
        assertEquals(3 * clients * events, ada.path("points").asInt());
    }

    @Test
    void whatTheStoreSaysOfItselfIsThere() throws IOException, InterruptedException {
        client.post("Ada", 5);
        final JsonNode store = client.get("api/store").json();
        assertEquals("PROCESS_CRASH", store.path("durability").asText());
        assertFalse(store.path("reason").asText().isBlank());
        assertEquals(3, store.path("records").asInt()); // the player's, and two of the runs
        assertEquals(1, store.path("run").asInt());
        assertTrue(store.path("openMicros").asLong() > 0);
        assertTrue(store.path("poolBytes").asLong() > 0);
        final JsonNode verified = client.send("POST", "api/verify").json();
        assertEquals("[]", verified.path("problems").toString());
        assertEquals(3, verified.path("records").asInt());
    }

    @ParameterizedTest
    @CsvSource({"'',text/html", "app.js,text/javascript", "style.css,text/css", "icon.svg,image/svg+xml"})
    void thePageIsServedToItselfOnly(final String path, final String type) throws IOException, InterruptedException {
        final Client.Answer answer = client.get(path);
        assertEquals(200, answer.status());
        final var headers = answer.response().headers();
        assertTrue(headers.firstValue("Content-Type").orElseThrow().startsWith(type));
        assertTrue(headers.firstValue("Content-Security-Policy").orElseThrow().contains("default-src 'self'"));
        assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "api/scores", "api/live"})
    void aHeadHasNoBody(final String path) throws IOException, InterruptedException {
        final Client.Answer answer = client.send("HEAD", path);
        assertEquals(200, answer.status());
        assertEquals("", answer.response().body());
    }

    // -------------------------------------------------------------------------------------------------------- live

    /** Reads the next state; blocks until it comes. */
    private static JsonNode nextState(final Iterator<String> lines) throws IOException {
        String line = lines.next();
        while (!line.startsWith("data: ")) {
            line = lines.next();
        }
        return new ObjectMapper().readTree(line.substring("data: ".length()));
    }

    private static JsonNode stateWithEvents(final Iterator<String> lines, final long events) throws IOException {
        JsonNode state = nextState(lines);
        while (state.path("board").path("events").asLong() < events) {
            state = nextState(lines);
        }
        return state;
    }

    @Test
    void theStateIsSentAtOnceAndAfterEachChange() throws IOException, InterruptedException {
        client.post("Ada", 5);
        try (Stream<String> live = client.live()) {
            final Iterator<String> lines = live.iterator();
            stateWithEvents(lines, 1);
            client.post("Grace", 50);
            final JsonNode state = stateWithEvents(lines, 2);
            assertEquals(
                    "Grace",
                    state.path("board").path("top").path(0).path("player").asText());
            assertEquals("PROCESS_CRASH", state.path("store").path("durability").asText());
        }
    }

    @Test
    void allWhoLookOnSeeTheSame() throws IOException, InterruptedException {
        try (Stream<String> one = client.live();
                Stream<String> two = client.live()) {
            client.post("Ada", 5);
            assertEquals(stateWithEvents(one.iterator(), 1), stateWithEvents(two.iterator(), 1));
        }
    }

    @Test
    void tooManyWhoLookOnAreRefused() throws IOException, InterruptedException {
        for (int i = 0; i < LiveUpdates.MAX_CLIENTS; i++) {
            assertEquals(200, client.liveStatus());
        }
        final Client.Answer answer = client.get("api/live");
        assertEquals(503, answer.status());
        assertEquals("there are 64 live clients already: try again later", answer.error());
        assertEquals(200, client.post("Ada", 1).status(), "all else goes on");
    }

    @Test
    void theStreamsEndWithTheService() throws IOException, InterruptedException {
        try (Stream<String> live = client.live()) {
            final Iterator<String> lines = live.iterator();
            nextState(lines);
            leaderboard.close();
            lines.forEachRemaining(line -> assertFalse(line.startsWith("data: ")));
        }
    }

    // -------------------------------------------------------------------------------------------------- bad input

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "null",
                "[]",
                "{}",
                "{\"player\":\"Ada\"}",
                "{\"points\":5}",
                "{\"player\":null,\"points\":5}",
                "{\"player\":5,\"points\":5}",
                "{\"player\":\"Ada\",\"points\":\"5\"}",
                "{\"player\":\"Ada\",\"points\":5.5}",
                "{\"player\":\"Ada\",\"points\":null}",
                "{\"player\":\"Ada\",\"points\":99999999999}",
                "{\"player\":\"Ada\",\"points\":5,\"more\":1}",
                "{\"player\":\"Ada\",\"points\":5,\"points\":6}",
                "{\"player\":\"Ada\",\"points\":5} and more"
            })
    void aBodyThatIsNoEventIsRefused(final String body) throws IOException, InterruptedException {
        final Client.Answer answer = client.postBody(JSON, body);
        assertEquals(400, answer.status());
        assertEquals(
                "the body must be JSON like {\"player\": \"Ada\", \"points\": 5}, and nothing else", answer.error());
        assertNothingIsStored();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void pointsOutOfRangeAreRefused(final int points) throws IOException, InterruptedException {
        final Client.Answer answer = client.post("Ada", points);
        assertEquals(400, answer.status());
        assertEquals("points must be 1 to 1000, but are " + points, answer.error());
        assertNothingIsStored();
    }

    @Test
    void namesThatAreEmptyOrTooLongAreRefused() throws IOException, InterruptedException {
        assertEquals(
                "the player's name must have 1 to 40 characters, but has 0",
                client.post("  ", 1).error());
        assertEquals(
                "the player's name must have 1 to 40 characters, but has 41",
                client.post("x".repeat(41), 1).error());
        assertNothingIsStored();
        assertEquals(200, client.post("\ud83d\ude80".repeat(40), 1).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000b", "a\\nb", "\\ud800", "a\\u202eb", "a\\u2028b"})
    void namesThatCannotBeShownAreRefused(final String name) throws IOException, InterruptedException {
        final Client.Answer answer = client.postBody(JSON, "{\"player\":\"" + name + "\",\"points\":1}");
        assertEquals(400, answer.status());
        assertEquals("the player's name must not have control characters or unpaired surrogates", answer.error());
        assertNothingIsStored();
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws IOException, InterruptedException {
        final String body = "{\"player\":\"Ada\",\"points\":1" + " ".repeat(HttpApi.MAX_BODY_BYTES) + "}";
        final Client.Answer answer = client.postBody(JSON, body);
        assertEquals(413, answer.status());
        assertEquals("the body must have at most 1024 bytes", answer.error());
        assertNothingIsStored();
    }

    /** What a form can send, a page of somebody else's can make a browser send. */
    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"})
    void whatAFormCanSendIsRefused(final String contentType) throws IOException, InterruptedException {
        final Client.Answer answer = client.postBody(contentType, "{\"player\":\"Ada\",\"points\":1}");
        assertEquals(415, answer.status());
        assertEquals("the Content-Type must be application/json", answer.error());
        assertNothingIsStored();
        assertEquals(
                200,
                client.postBody("Application/JSON; charset=utf-8", "{\"player\":\"Ada\",\"points\":1}")
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"favicon.ico", "api", "api/scores/", "api/scores/nobody", "../app.js", "api/scores/%ff"})
    void whatIsNotThereIsNotFound(final String path) throws IOException, InterruptedException {
        final Client.Answer answer = client.get(path);
        assertEquals(404, answer.status());
        assertTrue(answer.error().startsWith("there is no "), answer::error);
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE,api/scores,'GET, HEAD, POST'",
        "POST,api/live,'GET, HEAD'",
        "PUT,api/store,'GET, HEAD'",
        "GET,api/verify,POST",
        "POST,'','GET, HEAD'"
    })
    void aMethodThatIsNotForThisIsRefused(final String method, final String path, final String allowed)
            throws IOException, InterruptedException {
        final Client.Answer answer = client.send(method, path);
        assertEquals(405, answer.status());
        assertEquals(allowed, answer.response().headers().firstValue("Allow").orElseThrow());
        assertEquals("only " + allowed + " can be done here", answer.error());
    }

    @Test
    void aFullBoardTakesNoNewPlayersAndGoesOnForTheOthers() throws IOException, InterruptedException {
        for (int i = 0; i < MAX_PLAYERS; i++) {
            assertEquals(200, client.post("player " + i, 1).status());
        }
        final Client.Answer answer = client.post("one more", 1);
        assertEquals(507, answer.status());
        assertEquals("the board is full: it takes 30 players", answer.error());
        assertEquals(200, client.post("player 0", 1).status());
    }

    @Test
    void whatUsersTypeComesBackAsJsonOnly() throws IOException, InterruptedException {
        final String name = "<script>alert('1')</script>";
        final Client.Answer answer = client.post(name, 1);
        assertEquals(name, answer.json().path("player").asText());
        assertEquals(
                JSON, answer.response().headers().firstValue("Content-Type").orElseThrow());
    }

    @Test
    void namesOfAnyScriptAreKept() throws IOException, InterruptedException {
        final List<String> names = List.of("Ада", "איידה", "艾达", "\ud83d\ude80 Åda");
        for (final String name : names) {
            client.post(name, names.indexOf(name) + 1);
        }
        final JsonNode top = client.get("api/scores").json().path("top");
        final List<String> shown = IntStream.range(0, names.size())
                .mapToObj(i -> top.path(names.size() - 1 - i).path("player").asText())
                .toList();
        assertEquals(names, shown);
    }
}
