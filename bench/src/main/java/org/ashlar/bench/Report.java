package org.ashlar.bench;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints what was found as it is found, aligned, and keeps it for the JSON file. Not thread-safe. */
public final class Report {
    /**
     * Something that is said of a run.
     *
     * @param section under which heading
     * @param name of what
     * @param value in words
     */
    public record Fact(String section, String name, String value) {}

    private record Figure(
            String section,
            String name,
            double value,
            String unit,
            @Nullable Target target) {}

    private final PrintStream out;
    private final List<Fact> facts = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private String section = "";

    public Report(final PrintStream out) {
        this.out = out;
    }

    public void section(final String title) {
        section = title;
        out.printf("%n%s%n", title);
    }

    /** A line that says how what follows was measured. */
    public void note(final String text) {
        out.println("  # " + text);
    }

    public void fact(final String name, final String value) {
        facts.add(new Fact(section, name, value));
        out.printf("  %-50s %s%n", name, value);
    }

    /** What was said so far. */
    public List<Fact> facts() {
        return List.copyOf(facts);
    }

    void figure(final String name, final double value, final String unit) {
        figure(name, value, unit, null);
    }

    void figure(final String name, final double value, final String unit, final @Nullable Target target) {
        final Figure figure = new Figure(section, name, value, unit, target);
        figures.add(figure);
        final String beside = target == null ? "" : target + ": " + target.verdict(figure.value);
        out.println(String.format(
                        Locale.ROOT, "  %-50s %12s %-11s %s", figure.name, number(figure.value), figure.unit, beside)
                .stripTrailing());
    }

    /** Four significant digits, or all of them before the point. */
    public static String number(final double value) {
        final double magnitude = Math.abs(value);
        if (value == Math.rint(value) || magnitude >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        final int decimals = magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 0.01 ? 3 : 6;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    long shortfalls() {
        return figures.stream()
                .filter(figure -> figure.target != null && !figure.target.isMetBy(figure.value))
                .count();
    }

    void summarise() {
        final long targets =
                figures.stream().filter(figure -> figure.target != null).count();
        section("Summary");
        out.printf("  %d of %d targets met%n", targets - shortfalls(), targets);
        for (final Figure figure : figures) {
            final Target target = figure.target;
            if (target != null && !target.isMetBy(figure.value)) {
                out.printf(
                        "  short: %s, %s: %s %s, target %s%n",
                        figure.section, figure.name, number(figure.value), figure.unit, target);
            }
        }
    }

    void writeJson(final Path file) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeArrayFieldStart("facts");
            for (final Fact fact : facts) {
                json.writeStartObject();
                json.writeStringField("section", fact.section);
                json.writeStringField("name", fact.name);
                json.writeStringField("value", fact.value);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("figures");
            for (final Figure figure : figures) {
                write(json, figure);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void write(final JsonGenerator json, final Figure figure) throws IOException {
        json.writeStartObject();
        json.writeStringField("section", figure.section);
        json.writeStringField("name", figure.name);
        json.writeNumberField("value", figure.value);
        json.writeStringField("unit", figure.unit);
        final Target target = figure.target;
        if (target != null) {
            json.writeStringField("target", target.toString());
            json.writeStringField("verdict", target.verdict(figure.value));
        }
        json.writeEndObject();
    }
}
