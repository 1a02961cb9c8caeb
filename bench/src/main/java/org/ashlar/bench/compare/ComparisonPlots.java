package org.ashlar.bench.compare;

import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.ashlar.bench.Series;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots of what a run has found, as PNG: an SVG, with its letters as outlines, is thirty times as large. */
final class ComparisonPlots {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 480;
    private static final int LABEL_DEGREES = 30;
    private static final double NANOS_OF_MICRO = 1000;
    private static final double STEPS_OF_NINE = 10;
    private static final int MOST_NINES = 6;

    private ComparisonPlots() {}

    /** A bar for each contender's rate. */
    static byte[] rates(final Phase phase) throws IOException {
        final CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .yAxisTitle("operations per second")
                .build();
        style(chart);
        chart.getStyler().setXAxisLabelRotation(LABEL_DEGREES).setLegendVisible(false);
        final List<String> names = new ArrayList<>();
        final List<Double> rates = new ArrayList<>();
        phase.outcomes().forEach((name, outcome) -> {
            // What does nothing would dwarf all others.
            if (!name.equals(CompareStores.NOTHING)) {
                names.add(name);
                rates.add(outcome.rates().median());
            }
        });
        chart.addSeries("median of the rounds", names, rates);
        return png(chart);
    }

    /** Latency over percentiles: the further right, the rarer. */
    static byte[] latencies(final Phase phase) throws IOException {
        final XYChart chart = lines("percentile, as a number of nines: 1 is 90%, 2 is 99%", "microseconds");
        phase.outcomes().forEach((name, outcome) -> {
            final Histogram nanos = outcome.latency();
            if (nanos.getTotalCount() > 0) {
                final List<Double> nines = new ArrayList<>();
                final List<Double> micros = new ArrayList<>();
                for (int i = 0; i <= MOST_NINES * STEPS_OF_NINE; i++) {
                    final double rarity = Math.pow(10, -i / STEPS_OF_NINE);
                    if (rarity * nanos.getTotalCount() >= 1) {
                        nines.add(i / STEPS_OF_NINE);
                        micros.add(Math.max(1, nanos.getValueAtPercentile(100 * (1 - rarity))) / NANOS_OF_MICRO);
                    }
                }
                chart.addSeries(name, nines, micros).setMarker(SeriesMarkers.NONE);
            }
        });
        return png(chart);
    }

    /** Latency of a get over the number of gets since the store was opened again. */
    static byte[] restarts(final Map<String, Restart> restarts) throws IOException {
        final XYChart chart = lines("gets since the open", "microseconds of a get");
        chart.getStyler().setXAxisLogarithmic(true);
        restarts.forEach((name, restart) -> {
            final List<Double> micros = new ArrayList<>();
            for (final Series nanos : restart.curve()) {
                micros.add(nanos.median() / NANOS_OF_MICRO);
            }
            chart.addSeries(name, Restart.BUCKETS, micros).setMarker(SeriesMarkers.NONE);
        });
        return png(chart);
    }

    private static XYChart lines(final String xTitle, final String yTitle) {
        final XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        style(chart);
        chart.getStyler().setYAxisLogarithmic(true);
        return chart;
    }

    private static void style(final Chart<?, ?> chart) {
        chart.getStyler()
                .setLegendPosition(Styler.LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendBorderColor(Color.WHITE);
    }

    private static byte[] png(final Chart<?, ?> chart) throws IOException {
        System.setProperty("java.awt.headless", "true");
        return BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG);
    }
}
