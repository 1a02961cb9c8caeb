package org.ashlar.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The pool's size over the rounds of {@link ChurnPart}, as a picture. */
final class ChurnPlot {
    static final Color LIVE = new Color(0x2CA02C);
    static final Color IN_USE = new Color(0xD62728);
    static final Color BLOCKS = new Color(0x1F77B4);
    static final Color TARGET = Color.GRAY;

    private static final double BYTES_OF_MIB = 1 << 20;
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    private static final int TICK_SPACING = 80;
    private static final float THIN = 1.2f;
    private static final float THICK = 2.4f;
    private static final float[] DASHES = {6, 5};

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
        System.setProperty("java.awt.headless", "true");
        final Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        final boolean png = file.toString().toLowerCase(Locale.ROOT).endsWith(".png");
        final XYChart chart = chart(rounds, killedAfter);
        try (OutputStream out = Files.newOutputStream(file)) {
            if (png) {
                BitmapEncoder.saveBitmap(chart, out, BitmapEncoder.BitmapFormat.PNG);
            } else {
                VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
            }
        }
    }

    private static XYChart chart(final List<ChurnRound> rounds, final List<Integer> killedAfter) {
        final XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Churn: half of the records replaced by others of another size, " + rounds.size() + " rounds")
                .xAxisTitle("round")
                .yAxisTitle("MiB")
                .build();
        chart.getStyler()
                .setYAxisMin(0.0)
                .setXAxisTickMarkSpacingHint(TICK_SPACING)
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendBorderColor(Color.WHITE)
                .setAntiAlias(true);
        line(chart, "target: 1.5 x live + a chunk per size", rounds, ChurnPlot::target, TARGET, THIN, DASHES);
        line(chart, "device blocks", rounds, ChurnRound::blockBytes, BLOCKS, THIN, null);
        line(chart, "pool bytes in use", rounds, ChurnRound::bytesInUse, IN_USE, THICK, null);
        line(chart, "live bytes", rounds, ChurnRound::liveBytes, LIVE, THICK, null);
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
            final float width,
            final float @Nullable [] dashes) {
        final XYSeries series = chart.addSeries(
                name,
                rounds.stream().mapToDouble(ChurnRound::number).toArray(),
                rounds.stream().mapToDouble(bytes).map(b -> b / BYTES_OF_MIB).toArray());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(
                dashes == null
                        ? new BasicStroke(width)
                        : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes, 0));
    }
}
