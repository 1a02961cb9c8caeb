package org.ashlar.examples.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.stream.Stream;

/** Talks to the service as any client would. */
final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI service;

    Client(final URI service) {
        this.service = service;
    }

    /**
     * An answer.
     *
     * @param status the HTTP status
     * @param json the body, missing where it is not JSON
     * @param response all of it
     */
    record Answer(int status, JsonNode json, HttpResponse<String> response) {
        String error() {
            return json.path("error").asText();
        }
    }

    Answer post(final String player, final int points) throws IOException, InterruptedException {
        return postBody("application/json", JSON.writeValueAsString(Map.of("player", player, "points", points)));
    }

    Answer postBody(final String contentType, final String body) throws IOException, InterruptedException {
        return send(request("api/scores")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    Answer get(final String path) throws IOException, InterruptedException {
        return send(request(path).build());
    }

    Answer send(final String method, final String path) throws IOException, InterruptedException {
        return send(request(path)
                .method(method, BodyPublishers.noBody())
                .header("Content-Type", "application/json")
                .build());
    }

    /** The live stream, line by line; closing it ends the connection. */
    Stream<String> live() throws IOException, InterruptedException {
        return http.send(request("api/live").build(), BodyHandlers.ofLines()).body();
    }

    int liveStatus() throws IOException, InterruptedException {
        return http.send(request("api/live").build(), BodyHandlers.ofInputStream())
                .statusCode();
    }

    private HttpRequest.Builder request(final String path) {
        return HttpRequest.newBuilder(service.resolve("/" + path));
    }

    private Answer send(final HttpRequest request) throws IOException, InterruptedException {
        final HttpResponse<String> response = http.send(request, BodyHandlers.ofString(UTF_8));
        final boolean isJson =
                response.headers().firstValue("Content-Type").orElse("").equals("application/json");
        final JsonNode json =
                isJson && !response.body().isEmpty() ? JSON.readTree(response.body()) : JSON.missingNode();
        return new Answer(response.statusCode(), json, response);
    }
}
