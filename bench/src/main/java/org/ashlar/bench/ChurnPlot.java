package org.ashlar.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pool's size over the rounds of {@link ChurnPart}, as a picture. */
final class ChurnPlot {
    static final Color LIVE = Plots.GREEN;
    static final Color IN_USE = Plots.RED;
    static final Color BLOCKS = Plots.BLUE;
    static final Color TARGET = Color.GRAY;

    private static final double BYTES_OF_MIB = 1 << 20;
    private static final int TICK_SPACING = 80;

    private ChurnPlot() {}

    /**
     * Writes it.
     *
     * @param file PNG if its name ends so, otherwise SVG
     * @param rounds at least one
     * @param killedAfter the rounds after which the process was killed
     */
    static void write(final Path file, final List<ChurnRound> rounds, final List<Integer> killedAfter)
            throws IOException {
        Plots.write(file, chart(rounds, killedAfter));
    }

    private static XYChart chart(final List<ChurnRound> rounds, final List<Integer> killedAfter) {
        final XYChart chart = Plots.chart(
                "Churn: half of the records replaced by others of another size, " + rounds.size() + " rounds",
                "round",
                "MiB");
        chart.getStyler().setYAxisMin(0.0).setXAxisTickMarkSpacingHint(TICK_SPACING);
        line(chart, "target: 1.5 x live + a chunk per size", rounds, ChurnPlot::target, TARGET, Plots.dashed());
        line(chart, "device blocks", rounds, ChurnRound::blockBytes, BLOCKS, Plots.thin());
        line(chart, "pool bytes in use", rounds, ChurnRound::bytesInUse, IN_USE, Plots.thick());
        line(chart, "live bytes", rounds, ChurnRound::liveBytes, LIVE, Plots.thick());
        if (!killedAfter.isEmpty()) {
            final XYSeries kills = chart.addSeries(
                    "killed after this round",
                    killedAfter.stream().mapToDouble(Integer::doubleValue).toArray(),
                    killedAfter.stream()
                            .mapToDouble(round -> rounds.get(round).bytesInUse() / BYTES_OF_MIB)
                            .toArray());
            kills.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
            kills.setMarker(SeriesMarkers.DIAMOND);
            kills.setMarkerColor(Color.BLACK);
        }
        return chart;
    }

    private static double target(final ChurnRound round) {
        return ChurnPart.MOST_RATIO * round.liveBytes() + (double) round.sizes() * round.chunkBytes();
    }

    private static void line(
            final XYChart chart,
            final String name,
            final List<ChurnRound> rounds,
            final ToDoubleFunction<ChurnRound> bytes,
            final Color color,
            final BasicStroke stroke) {
        final XYSeries series = chart.addSeries(
                name,
                rounds.stream().mapToDouble(ChurnRound::number).toArray(),
                rounds.stream().mapToDouble(bytes).map(b -> b / BYTES_OF_MIB).toArray());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(stroke);
    }
}
