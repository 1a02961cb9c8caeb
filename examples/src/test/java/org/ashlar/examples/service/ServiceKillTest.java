package org.ashlar.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client was answered is there after a SIGKILL, and no event is there by half. */
final class ServiceKillTest {
    private static final int STATUS_OF_SIGKILL = 128 + 9;
    private static final int STATUS_OF_SIGTERM = 128 + 15;
    private static final int CLIENTS = 4;
    private static final int KILLS = 3;
    private static final int EVENTS_BEFORE_KILL = 200;
    private static final int POINTS = 7;
    private static final int MAX_MINUTES = 2;
    private static final String ALL = "all together";

    @TempDir
    private Path folder;

    /**
     * Events of one client: one for a player of its own and one for a player of all, in turn.
     *
     * @param own acknowledged events for its own player
     * @param shared acknowledged events for the player of all
     * @param isOwnUnknown whether the event that got no answer was for its own player
     */
    private record Posted(long own, long shared, boolean isOwnUnknown) {}

    /** Posts until the service is gone. */
    private static Posted postUntilKilled(final URI service, final String player, final CountDownLatch acknowledged)
            throws InterruptedException {
        final Client client = new Client(service);
        long own = 0;
        long shared = 0;
        boolean isOwn = true;
        try {
            while (true) {
                assertEquals(200, client.post(isOwn ? player : ALL, POINTS).status());
                own += isOwn ? 1 : 0;
                shared += isOwn ? 0 : 1;
                isOwn = !isOwn;
                acknowledged.countDown();
            }
        } catch (final IOException killed) {
            return new Posted(own, shared, isOwn);
        }
    }

    private static List<Posted> postAndKill(final ServiceProcess service)
            throws InterruptedException, ExecutionException {
        final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        final CountDownLatch acknowledged = new CountDownLatch(EVENTS_BEFORE_KILL);
        try {
            final List<Future<Posted>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                final String player = "client " + i;
                clients.add(threads.submit(() -> postUntilKilled(service.uri(), player, acknowledged)));
            }
            assertTrue(acknowledged.await(MAX_MINUTES, TimeUnit.MINUTES), "the clients do not get on");
            assertEquals(STATUS_OF_SIGKILL, service.kill());
            final List<Posted> posted = new ArrayList<>();
            for (final Future<Posted> client : clients) {
                posted.add(client.get());
            }
            return posted;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Holds a player to what was acknowledged; returns the events, which the next round begins with. */
    private static long check(
            final Client client, final String player, final long before, final long acknowledged, final long unknown)
            throws IOException, InterruptedException {
        final JsonNode score =
                client.get("api/scores/" + player.replace(" ", "%20")).json();
        final long events = score.path("events").asLong();
        final long expected = before + acknowledged;
        assertTrue(
                events >= expected && events <= expected + unknown,
                () -> player + " has " + events + " events, of " + expected + " acknowledged and " + unknown
                        + " unknown");
        assertEquals(POINTS * events, score.path("points").asLong(), "an event is there by half");
        return events;
    }

    @Test
    void everyAcknowledgedEventIsThereAfterEachKill() throws IOException, InterruptedException, ExecutionException {
        final Path data = folder.resolve("leaderboard.pool");
        final long[] own = new long[CLIENTS];
        long shared = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            final List<Posted> posted;
            try (ServiceProcess service = ServiceProcess.start(data, 0)) {
                posted = postAndKill(service);
            }
            try (ServiceProcess service = ServiceProcess.start(data, 0)) {
                final Client client = new Client(service.uri());
                for (int i = 0; i < CLIENTS; i++) {
                    final Posted p = posted.get(i);
                    own[i] = check(client, "client " + i, own[i], p.own(), p.isOwnUnknown() ? 1 : 0);
                }
                final long unknown =
                        posted.stream().filter(p -> !p.isOwnUnknown()).count();
                final long acknowledged =
                        posted.stream().mapToLong(Posted::shared).sum();
                shared = check(client, ALL, shared, acknowledged, unknown);
                assertTrue(client.get("api/store").json().path("isAfterKill").asBoolean());
                assertEquals(
                        "[]",
                        client.send("POST", "api/verify")
                                .json()
                                .path("problems")
                                .toString());
                assertEquals(STATUS_OF_SIGTERM, service.terminate());
            }
        }
    }

    @Test
    void aServiceThatIsAskedToEndClosesItsStore() throws IOException, InterruptedException {
        final Path data = folder.resolve("leaderboard.pool");
        try (ServiceProcess service = ServiceProcess.start(data, 0)) {
            new Client(service.uri()).post("Ada", POINTS);
            assertEquals(STATUS_OF_SIGTERM, service.terminate());
        }
        try (ServiceProcess service = ServiceProcess.start(data, 0)) {
            final JsonNode store = new Client(service.uri()).get("api/store").json();
            assertEquals(2, store.path("run").asInt());
            assertFalse(store.path("isAfterKill").asBoolean());
        }
    }

    /** What a service says that does not come to serve. */
    private static String refusal(final Path data, final int port) {
        return String.valueOf(assertThrows(IOException.class, () -> ServiceProcess.start(data, port))
                .getMessage());
    }

    @Test
    void aSecondServiceOnTheSameDataOrPortSaysWhatIsWrong() throws IOException {
        final Path data = folder.resolve("leaderboard.pool");
        try (ServiceProcess service = ServiceProcess.start(data, 0)) {
            final String locked = refusal(data, 0);
            assertTrue(locked.contains("leaderboard failed: "), locked);
            assertTrue(locked.contains(data.toString()), locked);
            assertFalse(locked.contains("\tat "), locked);

            final int port = service.uri().getPort();
            final String inUse = refusal(folder.resolve("other.pool"), port);
            assertTrue(inUse.contains("port " + port), inUse);
            assertTrue(inUse.contains("Give another --port"), inUse);
        }
    }

    @Test
    void aPortThatIsNoneIsRefused() {
        final String refused = refusal(folder.resolve("x.pool"), 70_000);
        assertTrue(refused.contains("--port must be 0 to 65535, but is 70000"), refused);
    }
}
