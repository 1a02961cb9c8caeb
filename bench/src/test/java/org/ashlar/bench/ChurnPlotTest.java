package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChurnPlotTest {
    @TempDir
    private Path directory;

    private static ChurnRound round(final int number) {
        return new ChurnRound(
                number, 100L << 20, 90L << 20, 3, 2 << 20, 130L << 20, 0, 0, 0, 0, 140L << 20, 1, 1, 1, 1, 1);
    }

    @Test
    void ratiosAreOfBytesInUseToLiveOnes() {
        assertEquals(1.3, round(0).ratio(), 1e-9);
        assertEquals(1.24, round(0).ratioBeyondChunks(), 1e-9);
    }

    @Test
    void anSvgHasALineForEachFigure() throws IOException {
        final Path file = directory.resolve("folder").resolve("plot.svg");
        ChurnPlot.write(file, List.of(round(0), round(1), round(2)), List.of(1));
        final String svg = Files.readString(file);
        assertTrue(svg.contains("<svg"));
        for (final Color color : List.of(ChurnPlot.LIVE, ChurnPlot.IN_USE, ChurnPlot.BLOCKS, ChurnPlot.TARGET)) {
            final String stroke = String.format("rgb(%d,%d,%d)", color.getRed(), color.getGreen(), color.getBlue());
            assertTrue(svg.contains(stroke), () -> stroke + " is missing in " + svg);
        }
    }

    @Test
    void aPngIsWrittenWhereTheNameSaysSo() throws IOException {
        final Path file = directory.resolve("plot.PNG");
        ChurnPlot.write(file, List.of(round(0)), List.of());
        assertNotNull(ImageIO.read(file.toFile()));
    }
}
