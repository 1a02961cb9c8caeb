package org.ashlar.bench.compare;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Report;
import org.ashlar.bench.Series;

/** All that a run has found, for programs. */
final class ComparisonJson {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

    private final Comparison comparison;
    private final List<Targets.Row> targets;
    private final JsonGenerator json;

    private ComparisonJson(final Comparison comparison, final List<Targets.Row> targets, final JsonGenerator json) {
        this.comparison = comparison;
        this.targets = targets;
        this.json = json;
    }

    static void write(final Path file, final Comparison comparison, final List<Targets.Row> targets)
            throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
            json.useDefaultPrettyPrinter();
            new ComparisonJson(comparison, targets, json).write();
        }
    }

    private void write() throws IOException {
        json.writeStartObject();
        facts();
        stores();
        json.writeArrayFieldStart("phases");
        for (final Phase phase : comparison.phases()) {
            phase(phase);
        }
        json.writeEndArray();
        footprints();
        restarts();
        targets();
        json.writeObjectFieldStart("failures");
        for (final Map.Entry<String, String> failure : comparison.failures().entrySet()) {
            json.writeStringField(failure.getKey(), failure.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void facts() throws IOException {
        json.writeArrayFieldStart("facts");
        for (final Report.Fact fact : comparison.facts()) {
            json.writeStartObject();
            json.writeStringField("section", fact.section());
            json.writeStringField("name", fact.name());
            json.writeStringField("value", fact.value());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void stores() throws IOException {
        json.writeArrayFieldStart("stores");
        for (final Contender contender : comparison.contenders()) {
            json.writeStartObject();
            json.writeStringField("name", contender.name());
            json.writeStringField("product", contender.product());
            json.writeStringField("javaHome", contender.javaHome().toString());
            json.writeStringField("configuration", contender.configuration());
            json.writeStringField("survives", contender.guarantee());
            json.writeStringField("jvmFlags", String.join(" ", contender.jvmFlags(comparison.shape())));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void phase(final Phase phase) throws IOException {
        json.writeStartObject();
        json.writeStringField("title", phase.title());
        json.writeStringField("latency", phase.latencyKind());
        if (phase.threads() > 0) {
            json.writeNumberField("threads", phase.threads());
        }
        json.writeObjectFieldStart("stores");
        for (final Map.Entry<String, Outcome> entry : phase.outcomes().entrySet()) {
            final Outcome outcome = entry.getValue();
            json.writeObjectFieldStart(entry.getKey());
            series("opsPerSecond", outcome.rates());
            final Double ratio = phase.timesReference(entry.getKey());
            if (ratio != null) {
                json.writeNumberField("timesAshlar", ratio);
            }
            final Double scaling = phase.timesBase(entry.getKey());
            if (scaling != null) {
                json.writeNumberField("timesFewestThreads", scaling);
            }
            latency(outcome.latency());
            json.writeNumberField("allocatedBytesPerOperation", outcome.allocatedBytesPerOperation());
            json.writeNumberField("settleSeconds", outcome.settleSeconds());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void series(final String name, final Series series) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("median", series.median());
        json.writeArrayFieldStart("rounds");
        for (final double value : series.values()) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void latency(final Histogram nanos) throws IOException {
        if (nanos.getTotalCount() == 0) {
            return;
        }
        json.writeObjectFieldStart("latencyNanos");
        json.writeNumberField("count", nanos.getTotalCount());
        json.writeNumberField("mean", nanos.getMean());
        for (final double percentile : PERCENTILES) {
            json.writeNumberField("p" + Report.number(percentile), nanos.getValueAtPercentile(percentile));
        }
        json.writeEndObject();
    }

    private void footprints() throws IOException {
        json.writeArrayFieldStart("memory");
        for (final Map.Entry<String, Map<String, Footprint>> moment :
                comparison.footprints().entrySet()) {
            json.writeStartObject();
            json.writeStringField("moment", moment.getKey());
            json.writeNumberField("userBytes", comparison.shape().userBytes());
            json.writeObjectFieldStart("stores");
            for (final Map.Entry<String, Footprint> entry : moment.getValue().entrySet()) {
                json.writeObjectFieldStart(entry.getKey());
                json.writeNumberField("heapBytes", entry.getValue().heap());
                json.writeNumberField("privateBytes", entry.getValue().privateMemory());
                json.writeNumberField("pageTableBytes", entry.getValue().pageTables());
                json.writeNumberField("fileBytes", entry.getValue().files());
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void restarts() throws IOException {
        json.writeArrayFieldStart("restarts");
        for (final Map.Entry<Integer, Map<String, Restart>> size :
                comparison.restarts().entrySet()) {
            json.writeStartObject();
            json.writeNumberField("records", size.getKey());
            json.writeObjectFieldStart("stores");
            for (final Map.Entry<String, Restart> entry : size.getValue().entrySet()) {
                final Restart restart = entry.getValue();
                json.writeObjectFieldStart(entry.getKey());
                series("openMillis", restart.openMillis());
                series("firstGetMillis", restart.firstGetMillis());
                json.writeArrayFieldStart("seconds");
                for (int second = 0; second < Restart.SECONDS; second++) {
                    json.writeStartObject();
                    series("gets", restart.getsOfSecond().get(second));
                    final Double ofRaw = restart.ofRaw(second, size.getValue().get(CompareStores.RAW));
                    if (ofRaw != null) {
                        json.writeNumberField("ofRawMemory", ofRaw);
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeObjectFieldStart("getNanosUpTo");
                for (int i = 0; i < Restart.BUCKETS.size(); i++) {
                    json.writeNumberField(
                            Restart.BUCKETS.get(i).toString(),
                            restart.curve().get(i).median());
                }
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void targets() throws IOException {
        json.writeArrayFieldStart("targets");
        for (final Targets.Row row : targets) {
            json.writeStartObject();
            json.writeStringField("figure", row.figure());
            json.writeNumberField("measured", row.measured());
            json.writeStringField("unit", row.unit());
            json.writeStringField("target", row.target().toString());
            json.writeStringField("verdict", row.verdict());
            json.writeStringField("how", row.how());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
