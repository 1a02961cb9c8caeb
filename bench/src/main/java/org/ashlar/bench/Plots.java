package org.ashlar.bench;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** What the plots of the parts have in common. */
final class Plots {
    static final Color BLUE = new Color(0x1F77B4);
    static final Color GREEN = new Color(0x2CA02C);
    static final Color RED = new Color(0xD62728);

    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    private static final float THIN = 1.2f;
    private static final float THICK = 2.4f;
    private static final float[] DASHES = {6, 5};

    private Plots() {}

    static XYChart chart(final String title, final String xTitle, final String yTitle) {
        final XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xTitle)
                .yAxisTitle(yTitle)
                .build();
        chart.getStyler()
                .setLegendPosition(Styler.LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendBorderColor(Color.WHITE)
                .setAntiAlias(true);
        return chart;
    }

    static BasicStroke thick() {
        return new BasicStroke(THICK);
    }

    static BasicStroke thin() {
        return new BasicStroke(THIN);
    }

    static BasicStroke dashed() {
        return new BasicStroke(THIN, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASHES, 0);
    }

    /**
     * Writes a chart.
     *
     * @param file PNG if its name ends so, otherwise SVG; its directory is made where it is missing
     */
    static void write(final Path file, final XYChart chart) throws IOException {
        System.setProperty("java.awt.headless", "true");
        final Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
                BitmapEncoder.saveBitmap(chart, out, BitmapEncoder.BitmapFormat.PNG);
            } else {
                VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
            }
        }
    }
}
