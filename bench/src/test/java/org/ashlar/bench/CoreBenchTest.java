package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs each part with few records: what it finds does not matter here, that it still runs does. */
@Timeout(120)
class CoreBenchTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path output;

    @Test
    void speedRunsAndComparesWithTheRawProbe() throws IOException {
        final String json = run(CoreBench.Part.SPEED);
        assertAll(
                () -> assertHas(json, "store get / raw get"),
                () -> assertHas(json, "store update / raw get"),
                () -> assertHas(json, "store get, 2 threads / store get"),
                () -> assertHas(json, "records read by a split, on average"),
                () -> assertHas(json, "get into a buffer"));
    }

    @Test
    void restartKillsAndReopens() throws IOException {
        final String json = run(CoreBench.Part.RESTART);
        assertHas(json, "open and first get, 3000 / 1000 records");
    }

    @Test
    void memoryMeasuresASmallHeap() throws IOException {
        final String json = run(CoreBench.Part.MEMORY);
        assertAll(
                () -> assertHas(json, "growth of private memory"),
                () -> assertHas(json, "private memory above that, 3000 records"));
    }

    @Test
    void aLargePoolIsCreatedWrittenAtBothEndsAndReopened() throws IOException {
        assertHas(run(CoreBench.Part.LARGE), "blocks of the file at the end");
    }

    @Test
    void spaceIsMeasuredAfterUpdatesToo() throws IOException {
        assertHas(run(CoreBench.Part.SPACE), "pool bytes per user byte, 8 + 1000 B, after as many updates");
    }

    @Test
    void churnKillsReopensAndDraws() throws IOException {
        final String json = run(CoreBench.Part.CHURN);
        assertAll(
                () -> assertHas(json, "  a chunk for each size taken off"),
                () -> assertHas(json, "longest put"),
                () -> assertHas(json, "longest put above the longest no-op"),
                () -> assertTrue(Files.readString(plot()).startsWith("<?xml")));
    }

    @Test
    void valuesAreComparedWithCopies() throws IOException {
        final String json = run(CoreBench.Part.VALUES);
        assertAll(
                () -> assertHas(json, "store put in place / raw copy in, written back, 1024 KiB"),
                () -> assertHas(json, "store copy out / raw copy out, 1 KiB"),
                () -> assertHas(json, "read and compare"));
    }

    @Test
    void pagesOfTwoDirectoriesAreCompared() throws IOException {
        final String json = run(CoreBench.Part.PAGES);
        assertAll(() -> assertHas(json, "mapped by them, --huge-path"), () -> assertHas(json, "update, 2 MiB / 4 KiB"));
    }

    @Test
    void namesCreatesMapsAndOpensThem() throws IOException {
        final String json = run(CoreBench.Part.NAMES);
        assertAll(
                () -> assertHas(json, "pool bytes for each map"),
                () -> assertHas(json, "first map of an existing name"));
    }

    @Test
    void sizesAreMeasuredAndDrawn() throws IOException {
        final String json = run(CoreBench.Part.SIZES);
        assertAll(
                () -> assertHas(json, "durable insert, 1,000 records"),
                () -> assertHas(json, "  raw, get, 1,000 records"),
                () -> assertHas(json, "  rate / raw, durable update, 5,000 bytes of a value"),
                () -> assertHas(json, "get, 3 maps"));
        for (final SizeKind kind : SizeKind.values()) {
            assertTrue(Files.readString(SizesPart.fileOf(plot(), kind)).startsWith("<?xml"), kind.toString());
        }
    }

    @Test
    void tooLittleRoomIsSaidBeforeAnythingIsWritten() throws IOException {
        final int code = CoreBench.execute(
                "--only", "space", "--path", directory.toString(), "--records", Integer.toString(Integer.MAX_VALUE));
        assertEquals(1, code);
        assertEquals(List.of(), filesLeft());
    }

    private Path plot() {
        return output.resolve("plot.svg");
    }

    private String run(final CoreBench.Part part) throws IOException {
        final Path json = directory.resolve("report.json");
        final int code = CoreBench.execute(
                "--only",
                part.name().toLowerCase(Locale.ROOT),
                "--path",
                directory.toString(),
                "--disk-path",
                directory.toString(),
                "--huge-path",
                directory.toString(),
                "--records",
                "3000",
                "--small-records",
                "1000",
                "--rounds",
                "1",
                "--seconds",
                "0.05",
                "--repetitions",
                "1",
                "--values-bytes",
                "2097152",
                "--large-value-bytes",
                "3000001",
                "--maps",
                "500",
                "--churn-rounds",
                "8",
                "--churn-bytes",
                "1000000",
                "--sizes-records",
                "1000",
                "--sizes-values",
                "5000",
                "--sizes-maps",
                "3",
                "--sizes-map-records",
                "1000",
                "--sizes-plot",
                plot().toString(),
                "--plot",
                plot().toString(),
                "--json",
                json.toString());
        assertEquals(0, code);
        final String content = Files.readString(json);
        Files.delete(json);
        assertEquals(List.of(), filesLeft());
        return content;
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static void assertHas(final String json, final String figure) {
        assertTrue(json.contains('"' + figure + '"'), () -> figure + " is missing in " + json);
    }
}
