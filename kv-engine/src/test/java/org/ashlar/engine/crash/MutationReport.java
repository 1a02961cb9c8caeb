package org.ashlar.engine.crash;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.jspecify.annotations.Nullable;

/**
 * What became of the mutants, as text and as JSON in the module's {@code target} folder; and, where a file is named for it, line by line, so that
 * another run begins with what is known.
 */
final class MutationReport {
    private static final Path FOLDER = Path.of("target");
    private static final String SEPARATOR = "\t";

    /** What became of one. */
    enum Outcome {
        CAUGHT,
        UNNECESSARY,
        LEFT
    }

    /**
     * Of one mutant.
     *
     * @param by the test that caught it, or the reason why it need not be caught
     */
    private record Entry(Outcome outcome, String by) {}

    private final String title;
    private final @Nullable Path progress;
    private final Map<String, Entry> known = new HashMap<>();
    private final Map<Mutant, Entry> entries = new TreeMap<>();

    MutationReport(final String title, final @Nullable String progress) {
        this.title = title;
        this.progress = progress == null ? null : Path.of(progress);
        if (this.progress != null && Files.exists(this.progress)) {
            try {
                for (final String line : Files.readAllLines(this.progress)) {
                    final String[] parts = line.split(SEPARATOR, 3);
                    known.put(parts[1], new Entry(Outcome.valueOf(parts[0]), parts[2]));
                }
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Takes over what an earlier run found; false where none has tried the mutant. */
    boolean recall(final Mutant mutant) {
        final Entry entry = known.get(mutant.toString());
        if (entry != null) {
            entries.put(mutant, entry);
        }
        return entry != null;
    }

    /** Notes what became of one, at once, so that a run that is stopped has told what it knows. */
    void add(final Mutant mutant, final Outcome outcome, final String by) {
        entries.put(mutant, new Entry(outcome, by));
        try {
            if (progress != null) {
                Files.writeString(
                        progress,
                        String.join(SEPARATOR, outcome.name(), mutant.toString(), by) + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            write();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Outcome outcomeOf(final Mutant mutant) {
        return Objects.requireNonNull(entries.get(mutant)).outcome;
    }

    private long count(final Outcome outcome) {
        return entries.values().stream().filter(e -> e.outcome == outcome).count();
    }

    String summary() {
        return title + ": " + figures();
    }

    private String figures() {
        return entries.size() + " mutants: " + count(Outcome.CAUGHT) + " caught, " + count(Outcome.UNNECESSARY)
                + " unnecessary for written reasons, " + count(Outcome.LEFT) + " open";
    }

    /** For the table in the README; of so many it is not known yet what becomes of them. */
    String row(final String command, final int due) {
        return "| persistence left out, " + title + " | `" + command + "` | " + figures()
                + (due == 0 ? "" : ", " + due + " not tried yet") + " | |";
    }

    private void write() throws IOException {
        final StringBuilder text = new StringBuilder(summary()).append('\n');
        entries.forEach(
                (mutant, e) -> text.append(String.format("%-11s %s%n            %s%n", e.outcome, mutant, e.by)));
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve("persistence-mutants.txt"), text);
        writeJson();
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
            for (final Map.Entry<Mutant, Entry> e : entries.entrySet()) {
                json.writeStartObject();
                json.writeStringField("leftOut", e.getKey().kind().name());
                json.writeStringField("method", e.getKey().method());
                json.writeNumberField("line", e.getKey().line());
                json.writeStringField("outcome", e.getValue().outcome.name());
                json.writeStringField("by", e.getValue().by);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
