package org.ashlar.bench.compare;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.ashlar.bench.Report;
import org.ashlar.bench.Series;

/** All that a run has found, in one page that needs no other file. */
final class ComparisonHtml {
    private static final String STYLE = """
            body { font: 15px/1.45 system-ui, sans-serif; max-width: 960px; margin: 2em auto; padding: 0 1em; color: #222 }
            h1 { font-size: 1.6em } h2 { margin-top: 2em; border-bottom: 1px solid #ddd }
            table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums }
            th, td { padding: .25em .7em; border-bottom: 1px solid #eee; text-align: right; vertical-align: top }
            th:first-child, td:first-child { text-align: left } .words td, .words th { text-align: left }
            .note { color: #666 } .failed { color: #b00 } img { width: 100%; height: auto }
            """;

    private final Comparison comparison;
    private final List<Targets.Row> targets;
    private final XMLStreamWriter xml;

    private ComparisonHtml(final Comparison comparison, final List<Targets.Row> targets, final XMLStreamWriter xml) {
        this.comparison = comparison;
        this.targets = targets;
        this.xml = xml;
    }

    static void write(final Path file, final Comparison comparison, final List<Targets.Row> targets)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            final XMLStreamWriter xml =
                    XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
            new ComparisonHtml(comparison, targets, xml).write();
            xml.close();
        } catch (final XMLStreamException e) {
            throw new IOException("cannot write " + file, e);
        }
    }

    private void write() throws XMLStreamException, IOException {
        xml.writeDTD("<!DOCTYPE html>");
        xml.writeStartElement("html");
        xml.writeAttribute("lang", "en");
        xml.writeStartElement("head");
        xml.writeEmptyElement("meta");
        xml.writeAttribute("charset", "utf-8");
        element("title", "Stores side by side");
        element("style", STYLE);
        xml.writeEndElement();
        xml.writeStartElement("body");
        element("h1", "Stores side by side");
        element("p", comparison.shape() + ". Each store in a JVM of its own, in turns; medians of the rounds.");
        for (final Map.Entry<String, String> failure : comparison.failures().entrySet()) {
            paragraph("failed", failure.getKey() + " failed and took no further part: " + failure.getValue());
        }
        stores();
        targets();
        for (final Phase phase : comparison.phases()) {
            phase(phase);
        }
        for (final Map.Entry<String, Map<String, Footprint>> moment :
                comparison.footprints().entrySet()) {
            footprints(moment.getKey(), moment.getValue());
        }
        for (final Map.Entry<Integer, Map<String, Restart>> size :
                comparison.restarts().entrySet()) {
            restarts(size.getKey(), size.getValue());
        }
        facts();
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndDocument();
    }

    private void stores() throws XMLStreamException {
        element("h2", "Stores");
        final List<List<String>> rows = new ArrayList<>();
        for (final Contender contender : comparison.contenders()) {
            rows.add(List.of(contender.name(), contender.product(), contender.guarantee(), contender.configuration()));
        }
        table("words", List.of("name", "product", "a write that returned survives", "configuration"), rows);
    }

    private void targets() throws XMLStreamException {
        if (targets.isEmpty()) {
            return;
        }
        element("h2", Targets.HEADING);
        final List<List<String>> rows = new ArrayList<>();
        for (final Targets.Row row : targets) {
            rows.add(List.of(row.figure(), row.measuredWithUnit(), row.target().toString(), row.verdict(), row.how()));
        }
        table("words", List.of("figure", "measured", "target", "", "how it was measured"), rows);
        paragraph("note", Targets.summary(targets) + ". " + Targets.NOTE);
    }

    private void phase(final Phase phase) throws XMLStreamException, IOException {
        element("h2", phase.title());
        plot("Rates: " + phase.title(), ComparisonPlots.rates(phase));
        final List<List<String>> rows = new ArrayList<>();
        phase.outcomes().forEach((name, outcome) -> {
            final Series rates = outcome.rates();
            rows.add(List.of(
                    name,
                    whole(rates.median()),
                    whole(rates.minimum()) + " – " + whole(rates.maximum()),
                    TextTables.ratio(phase.timesReference(name)),
                    TextTables.micros(outcome.latency(), 50),
                    TextTables.micros(outcome.latency(), 99),
                    TextTables.micros(outcome.latency(), 99.9),
                    TextTables.micros(outcome.latency(), 100),
                    decimal(outcome.allocatedBytesPerOperation()),
                    decimal(outcome.settleSeconds())));
        });
        table(
                "figures",
                List.of(
                        "",
                        "ops/s",
                        "lowest – highest",
                        CompareStores.REFERENCE + " = 1",
                        "p50, µs",
                        "p99, µs",
                        "p99.9, µs",
                        "longest, µs",
                        "heap B/op",
                        "then busy, s"),
                rows);
        if (phase.baseThreads() > 0) {
            paragraph("note", TextTables.scaling(phase) + ".");
        }
        if (phase.hasLatencies()) {
            paragraph(
                    "note",
                    "Latency: " + phase.latencyKind() + ". \"" + CompareStores.NOTHING
                            + "\" shows the pauses of machine and driver.");
            plot("Latencies: " + phase.title(), ComparisonPlots.latencies(phase));
        }
    }

    private void footprints(final String moment, final Map<String, Footprint> footprints) throws XMLStreamException {
        element("h2", "Memory " + moment);
        final List<List<String>> rows = new ArrayList<>();
        footprints.forEach((name, footprint) -> rows.add(List.of(
                name,
                TextTables.mib(footprint.heap()),
                TextTables.mib(footprint.privateMemory() - TextTables.baseline(footprints)),
                TextTables.mib(footprint.pageTables()),
                TextTables.mib(footprint.files()),
                TextTables.perUserByte(comparison, name, footprint, footprints))));
        table(
                "figures",
                List.of("", "live heap, MiB", "private, MiB", "page tables, MiB", "files, MiB", "bytes per user byte"),
                rows);
        paragraph("note", TextTables.MEMORY_NOTE);
    }

    private void restarts(final int records, final Map<String, Restart> restarts)
            throws XMLStreamException, IOException {
        element("h2", String.format(Locale.ROOT, "Restart after kill -9, %,d records", records));
        final List<List<String>> rows = new ArrayList<>();
        restarts.forEach((name, restart) -> {
            final boolean isStore = comparison.abilities(name).survivesKill();
            rows.add(List.of(
                    name,
                    isStore ? decimal(restart.openMillis().median()) : "-",
                    isStore ? decimal(restart.firstGetMillis().median()) : "-",
                    isStore ? decimal(restart.bothMillis().median()) : "-",
                    whole(restart.getsOfSecond().get(0).median()),
                    TextTables.ofRaw(restart, restarts)));
        });
        table(
                "figures",
                List.of(
                        "",
                        "open, ms",
                        "first get, ms",
                        "both, ms",
                        "gets in the first second",
                        "gets by those of " + CompareStores.RAW + ", second by second"),
                rows);
        plot("Gets after the open", ComparisonPlots.restarts(restarts));
    }

    private void facts() throws XMLStreamException {
        element("h2", "Machine and parameters");
        final List<List<String>> rows = new ArrayList<>();
        for (final Report.Fact fact : comparison.facts()) {
            rows.add(List.of(fact.name(), fact.value()));
        }
        table("words", List.of("", ""), rows);
    }

    private void table(final String kind, final List<String> head, final List<List<String>> rows)
            throws XMLStreamException {
        xml.writeStartElement("table");
        xml.writeAttribute("class", kind);
        row("th", head);
        for (final List<String> row : rows) {
            row("td", row);
        }
        xml.writeEndElement();
    }

    private void row(final String cell, final List<String> texts) throws XMLStreamException {
        xml.writeStartElement("tr");
        for (final String text : texts) {
            element(cell, text);
        }
        xml.writeEndElement();
    }

    private void plot(final String title, final byte[] png) throws XMLStreamException {
        xml.writeEmptyElement("img");
        xml.writeAttribute("alt", title);
        xml.writeAttribute("src", "data:image/png;base64," + Base64.getEncoder().encodeToString(png));
    }

    private void paragraph(final String kind, final String text) throws XMLStreamException {
        xml.writeStartElement("p");
        xml.writeAttribute("class", kind);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void element(final String name, final String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static String whole(final double value) {
        return Report.number(Math.rint(value));
    }

    private static String decimal(final double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }
}
