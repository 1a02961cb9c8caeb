package org.ashlar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How cost grows with size: that of an insert, a get and an update over the number of records, the size of values and the number of maps,
 * beside the same on the raw memory. An insert's is that of the whole load of an empty store, by one thread, each durable.
 */
final class SizesPart {
    private final Settings settings;
    private final Report report;

    private SizesPart(final Settings settings, final Report report) {
        this.settings = settings;
        this.report = report;
    }

    static void run(final Settings settings, final Report report) throws IOException, InterruptedException {
        final SizesPart part = new SizesPart(settings, report);
        for (final SizeKind kind : settings.sizes) {
            part.measure(
                    kind,
                    switch (kind) {
                        case RECORDS -> settings.sizesRecords;
                        case VALUES -> settings.sizesValues;
                        case MAPS -> settings.sizesMaps;
                    });
        }
    }

    private void measure(final SizeKind kind, final List<Integer> sizes) throws IOException, InterruptedException {
        report.section("Cost by " + kind.title());
        report.note(
                "each size in a JVM of its own; medians of the rounds; raw: what the memory alone takes, without a store");
        final List<SizePoint> points = new ArrayList<>();
        for (final int size : sizes) {
            final SizePoint point = measure(kind, size);
            report(kind, point);
            points.add(point);
        }
        final Path plot = fileOf(settings.sizesPlot, kind);
        SizesPlot.write(plot, kind, points);
        report.fact("plot", plot.toString());
    }

    private SizePoint measure(final SizeKind kind, final int size) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.in(settings.path, 0);
                Child child = Child.start(
                        SizesChild.class,
                        List.of(),
                        kind.name(),
                        Integer.toString(size),
                        Integer.toString(records(kind, size)),
                        scratch.file("").toString(),
                        Integer.toString(settings.rounds),
                        Long.toString(settings.measurementNanos()),
                        Boolean.toString(settings.cpuTime))) {
            final SizePoint point = SizeCosts.await(child, size);
            child.awaitEnd();
            return point;
        }
    }

    private int records(final SizeKind kind, final int size) {
        return switch (kind) {
            case RECORDS -> size;
            case VALUES -> (int) Math.max(1, settings.valuesBytes / size);
            case MAPS -> settings.sizesMapRecords;
        };
    }

    private void report(final SizeKind kind, final SizePoint point) {
        for (final SizeCost cost : SizeCost.values()) {
            final SizePoint.Nanos nanos = point.of(cost);
            final String name = String.format(Locale.ROOT, "%s, %,d %s", cost.title(), point.size(), kind.unit());
            report.figure(name, nanos.store(), "ns");
            report.figure("  raw, " + name, nanos.floor(), "ns");
            report.figure("  rate / raw, " + name, nanos.ofFloor(), "");
        }
    }

    /** The file of one kind: its name goes before the ending. */
    static Path fileOf(final Path plot, final SizeKind kind) {
        final String name = plot.getFileName().toString();
        final int dot = name.lastIndexOf('.');
        final int end = dot < 0 ? name.length() : dot;
        return plot.resolveSibling(
                name.substring(0, end) + "-" + kind.name().toLowerCase(Locale.ROOT) + name.substring(end));
    }
}
