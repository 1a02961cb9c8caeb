package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizesPlotTest {
    @TempDir
    private Path directory;

    private static SizePoint point(final int size) {
        final Map<SizeCost, SizePoint.Nanos> costs = new EnumMap<>(SizeCost.class);
        for (final SizeCost cost : SizeCost.values()) {
            costs.put(cost, new SizePoint.Nanos(300 + size, 200, 0.66));
        }
        return new SizePoint(size, costs);
    }

    @Test
    void anSvgHasALineForEachCost() throws IOException {
        final Path file = directory.resolve("plot.svg");
        SizesPlot.write(file, SizeKind.RECORDS, List.of(point(1_000), point(100_000)));
        final String svg = Files.readString(file);
        for (final SizeCost cost : SizeCost.values()) {
            final Color color = SizesPlot.colour(cost);
            final String stroke = String.format("rgb(%d,%d,%d)", color.getRed(), color.getGreen(), color.getBlue());
            assertTrue(svg.contains(stroke), () -> stroke + " is missing in " + svg);
        }
    }

    @Test
    void oneSizeAloneIsDrawnToo() throws IOException {
        final Path file = directory.resolve("plot.png");
        SizesPlot.write(file, SizeKind.MAPS, List.of(point(1)));
        assertNotNull(ImageIO.read(file.toFile()));
    }

    @Test
    void eachKindHasAFileOfItsOwn() {
        assertEquals(
                Path.of("folder", "a.b-values.svg"), SizesPart.fileOf(Path.of("folder", "a.b.svg"), SizeKind.VALUES));
        assertEquals(Path.of("sizes-maps"), SizesPart.fileOf(Path.of("sizes"), SizeKind.MAPS));
    }
}
