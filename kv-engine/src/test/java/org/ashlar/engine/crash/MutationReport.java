package org.ashlar.engine.crash;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.sim.Mutants.Mutant;

/** What became of the mutants, as text and as JSON in the module's {@code target} folder. */
final class MutationReport {
    private static final Path FOLDER = Path.of("target");

    /** What became of one. */
    enum Outcome {
        CAUGHT,
        UNNECESSARY,
        LEFT
    }

    /**
     * One mutant.
     *
     * @param by the test that caught it, or the reason why it need not be caught
     */
    private record Entry(Mutant mutant, Outcome outcome, String by) {}

    private final String title;
    private final List<Entry> entries = new ArrayList<>();

    MutationReport(final String title) {
        this.title = title;
    }

    void add(final Mutant mutant, final Outcome outcome, final String by) {
        entries.add(new Entry(mutant, outcome, by));
    }

    private long count(final Outcome outcome) {
        return entries.stream().filter(e -> e.outcome == outcome).count();
    }

    String summary() {
        return title + ": " + entries.size() + " mutants, " + count(Outcome.CAUGHT) + " caught, "
                + count(Outcome.UNNECESSARY) + " proved unnecessary, " + count(Outcome.LEFT) + " left";
    }

    /** Writes what there is so far; called after each mutant, so that a run that is stopped has told what it knows. */
    void write() {
        final StringBuilder text = new StringBuilder(summary()).append('\n');
        for (final Entry e : entries) {
            text.append(String.format("%-11s %s%n            %s%n", e.outcome, e.mutant, e.by));
        }
        try {
            Files.createDirectories(FOLDER);
            Files.writeString(FOLDER.resolve("persistence-mutants.txt"), text);
            writeJson();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeJson() throws IOException {
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(Files.newBufferedWriter(FOLDER.resolve("persistence-mutants.json")))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("title", title);
            json.writeNumberField("mutants", entries.size());
            json.writeNumberField("caught", count(Outcome.CAUGHT));
            json.writeNumberField("unnecessary", count(Outcome.UNNECESSARY));
            json.writeNumberField("left", count(Outcome.LEFT));
            json.writeArrayFieldStart("of");
            for (final Entry e : entries) {
                json.writeStartObject();
                json.writeStringField("leftOut", e.mutant.kind().name());
                json.writeStringField("method", e.mutant.method());
                json.writeNumberField("line", e.mutant.line());
                json.writeStringField("outcome", e.outcome.name());
                json.writeStringField("by", e.by);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
