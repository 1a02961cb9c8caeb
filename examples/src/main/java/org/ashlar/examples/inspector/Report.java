package org.ashlar.examples.inspector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a command has to say: one JSON object, or lines for people. */
final class Report {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final StringBuilder lines = new StringBuilder();

    /** A field that people read in a line of its own. */
    Report say(final String name, final Object value) {
        lines.append(String.format("%-12s %s%n", name, value));
        return put(name, value);
    }

    /** A field for programs. */
    Report put(final String name, final Object value) {
        fields.put(name, value);
        return this;
    }

    /** Lines for people. */
    Report lines(final List<String> texts) {
        texts.forEach(text -> lines.append(text).append(System.lineSeparator()));
        return this;
    }

    void print(final PrintWriter out, final boolean asJson) {
        out.print(asJson ? json() + System.lineSeparator() : lines);
        out.flush();
    }

    private String json() {
        try {
            return MAPPER.writeValueAsString(fields);
        } catch (final JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
