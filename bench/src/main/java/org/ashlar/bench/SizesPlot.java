package org.ashlar.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** What {@link SizesPart} has found over one kind of size, as a picture with logarithmic axes. */
final class SizesPlot {
    private SizesPlot() {}

    /**
     * Writes it.
     *
     * @param file PNG if its name ends so, otherwise SVG
     * @param points at least one
     */
    static void write(final Path file, final SizeKind kind, final List<SizePoint> points) throws IOException {
        final XYChart chart =
                Plots.chart("Cost by " + kind.title(), kind.unit(), "nanoseconds of an operation, one thread");
        chart.getStyler()
                .setXAxisLogarithmic(true)
                .setYAxisLogarithmic(true)
                .setYAxisMin(
                        Math.pow(10, Math.floor(Math.log10(nanos(points).min().orElseThrow()))))
                .setYAxisMax(
                        Math.pow(10, Math.ceil(Math.log10(nanos(points).max().orElseThrow()))));
        for (final SizeCost cost : SizeCost.values()) {
            final XYSeries store =
                    line(chart, cost.title(), points, point -> point.of(cost).store(), colour(cost));
            store.setLineStyle(Plots.thick());
            store.setMarker(SeriesMarkers.CIRCLE);
            store.setMarkerColor(colour(cost));
            final XYSeries floor = line(
                    chart,
                    cost.title() + ", raw",
                    points,
                    point -> point.of(cost).floor(),
                    colour(cost));
            floor.setLineStyle(Plots.dashed());
            floor.setMarker(SeriesMarkers.NONE);
        }
        Plots.write(file, chart);
    }

    /** All that is drawn: the axis begins and ends at powers of ten, which alone are labelled. */
    private static DoubleStream nanos(final List<SizePoint> points) {
        return points.stream()
                .flatMap(point -> point.costs().values().stream())
                .flatMapToDouble(nanos -> DoubleStream.of(nanos.store(), nanos.floor()));
    }

    static Color colour(final SizeCost cost) {
        return switch (cost) {
            case INSERT -> Plots.GREEN;
            case GET -> Plots.BLUE;
            case UPDATE -> Plots.RED;
        };
    }

    private static XYSeries line(
            final XYChart chart,
            final String name,
            final List<SizePoint> points,
            final ToDoubleFunction<SizePoint> nanos,
            final Color color) {
        final XYSeries series = chart.addSeries(
                name,
                points.stream().mapToDouble(SizePoint::size).toArray(),
                points.stream().mapToDouble(nanos).toArray());
        series.setLineColor(color);
        return series;
    }
}
