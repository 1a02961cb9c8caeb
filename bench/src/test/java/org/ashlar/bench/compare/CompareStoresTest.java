package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.ashlar.bench.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Small runs: what they find does not matter here, that they check what they read and tell what they found does. */
@Timeout(300)
class CompareStoresTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path output;

    private int rounds = 2;

    private int run(final String... more) {
        final List<String> args = new ArrayList<>(List.of(
                "--path",
                directory.toString(),
                "--records",
                "1000",
                "--rounds",
                Integer.toString(rounds),
                "--seconds",
                "0.02",
                "--warm-up",
                "0.02",
                "--json",
                json().toString(),
                "--html",
                html().toString()));
        args.addAll(List.of(more));
        return CompareStores.execute(args.toArray(String[]::new));
    }

    private Path json() {
        return output.resolve("report.json");
    }

    private Path html() {
        return output.resolve("report.html");
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** The whole file, which is JSON or this fails. */
    private static String parsed(final Path json) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json.toFile())) {
            while (parser.nextToken() != null) {
                parser.currentTokenLocation();
            }
        }
        return Files.readString(json);
    }

    private static Document xml(final byte[] content) throws IOException, ParserConfigurationException, SAXException {
        final DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setAttribute("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        final DocumentBuilder builder = factory.newDocumentBuilder();
        return builder.parse(new ByteArrayInputStream(content));
    }

    /** What a report says of the phase whose title begins so. */
    private static String phase(final String json, final String title) {
        final String all = json.substring(json.indexOf("\"title\" : \"" + title));
        final int next = all.indexOf("\"title\"", 1);
        return next < 0 ? all : all.substring(0, next);
    }

    @Test
    void theStoresOfThisModuleRunAllPhases() throws Exception {
        assertEquals(0, run("--stores", "ashlar,ashlar-default,nothing,raw-memory,heap", "--age", "1"));
        final String json = parsed(json());
        for (final String title : List.of(
                "Load: inserts in no order of keys",
                "Ageing, round 1",
                "Workload A, zipfian: 50% reads, 50% updates",
                "Workload D, latest: 95% reads of the latest, 5% inserts",
                "Workload F, zipfian: 50% reads, 50% read-modify-writes",
                "Delete, in an order of its own",
                "after the load")) {
            assertTrue(json.contains('"' + title + '"'), () -> title + " is missing in " + json);
        }
        assertTrue(phase(json, "Load").contains("\"raw-memory\""), "the floor of inserts");
        assertTrue(phase(json, "Delete").contains("\"raw-memory\""), "the floor of deletes");
        assertFalse(phase(json, "Workload D").contains("\"raw-memory\""), "it has no room for other records");
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void theReportIsOneWellFormedPageWithItsPlots() throws Exception {
        assertEquals(0, run("--stores", "ashlar,nothing", "--workloads", "C", "--rate", "20000"));
        final byte[] content = Files.readAllBytes(html());
        final Document page = xml(content);
        final NodeList images = page.getElementsByTagName("img");
        final String prefix = "data:image/png;base64,";
        // Rates and latencies of load, workload and delete.
        assertEquals(6, images.getLength());
        for (int i = 0; i < images.getLength(); i++) {
            final String source = ((Element) images.item(i)).getAttribute("src");
            assertTrue(source.startsWith(prefix), source);
            final byte[] png = Base64.getDecoder().decode(source.substring(prefix.length()));
            assertTrue(ImageIO.read(new ByteArrayInputStream(png)).getWidth() > 100);
        }
        final String text = page.getDocumentElement().getTextContent();
        assertAll(
                () -> assertTrue(text.contains("response time at 20,000 operations/s, from when each was due")),
                () -> assertTrue(text.contains("loss of power, where the files are on persistent memory")),
                () -> assertFalse(new String(content, StandardCharsets.UTF_8).contains("http://")));
    }

    @Test
    void targetsAreToldInAllReportsAndAMissedOneFailsAStrictRun() throws Exception {
        rounds = 1;
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final PrintStream before = System.out;
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            // A JVM as young as that of so few records loads far less than is aimed for.
            assertEquals(1, run("--stores", "ashlar", "--workloads", "C", "--distributions", "uniform", "--strict"));
        } finally {
            System.setOut(before);
        }
        final String figure = "insert, 99.9th percentile";
        assertTrue(
                text.toString(StandardCharsets.UTF_8).contains("  " + figure), text.toString(StandardCharsets.UTF_8));
        final String json = parsed(json());
        assertTrue(json.contains("\"figure\" : \"" + figure + '"') && json.contains("\"verdict\" : \"missed\""), json);
        final String page = xml(Files.readAllBytes(html())).getDocumentElement().getTextContent();
        assertTrue(page.contains(figure), page);
    }

    @Test
    void longKeysMixedValuesAndThreadsAreServed() throws IOException {
        assertEquals(
                0,
                run(
                        "--stores",
                        "ashlar,heap,nothing",
                        "--key-bytes",
                        "23",
                        "--values",
                        "mixed",
                        "--threads",
                        "2",
                        "--workloads",
                        "A,D",
                        "--distributions",
                        "uniform,latest",
                        "--age",
                        "1",
                        "--cpu-time"));
        assertTrue(parsed(json()).contains("Workload A, uniform"));
    }

    @Test
    void severalNumbersOfThreadsAreMeasuredInOneRun() throws Exception {
        rounds = 3; // a load in parts that are no multiples of the threads
        assertEquals(0, run("--stores", "ashlar,raw-memory", "--threads", "2,1", "--workloads", "A,D"));
        final String json = parsed(json());
        for (final String title : List.of(
                "Workload A, zipfian: 50% reads, 50% updates",
                "Workload A, zipfian: 50% reads, 50% updates, 2 threads",
                "Workload D, latest: 95% reads of the latest, 5% inserts, 2 threads")) {
            assertTrue(json.contains('"' + title + '"'), () -> title + " is missing in " + json);
        }
        final String page = xml(Files.readAllBytes(html())).getDocumentElement().getTextContent();
        assertTrue(page.contains("rate with 2 threads / 1: ashlar "), page);
        assertTrue(page.matches("(?s).*rate with 2 threads / 1: ashlar [0-9.]+, raw-memory .*"), page);
        assertEquals(1, run("--stores", "nothing", "--threads", "0,1"));
    }

    /** A JDK that is this one, but for its version and for what it leaves behind when it runs. */
    private Path otherJdk(final Path hasRun) throws IOException {
        final Path home = output.resolve("jdk");
        final Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\n: > '" + hasRun + "'\nexec '" + Child.ownJavaHome().resolve("bin/java") + "' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"-\"\nJAVA_VERSION=\"99.0.1\"\n");
        return home;
    }

    @Test
    void theStoreOnAnotherJdkTakesTurnsWithItself() throws Exception {
        rounds = 1;
        final Path hasRun = output.resolve("has-run");
        final String home = otherJdk(hasRun).toString();
        assertEquals(0, run("--stores", "ashlar,nothing", "--jdk", home, "--workloads", "C"));
        assertTrue(Files.exists(hasRun), "that JDK was used");
        final String json = parsed(json());
        assertTrue(json.contains("\"product\" : \"Ashlar on JDK 99.0.1\""), json);
        assertTrue(json.indexOf("\"ashlar\"") < json.indexOf("\"ashlar-jdk99\""), "its turn is the next, in " + json);
        final String figure = ", JDK 99 / JDK " + Runtime.version().feature() + '"';
        assertTrue(json.contains("\"get" + figure) && json.contains("\"load" + figure), json);
        assertEquals(1, run("--jdk", output.toString()), "no JDK");
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void rawMemoryIsTheFloorOfLargeValuesToo() throws IOException {
        assertEquals(0, run("--stores", "ashlar,raw-memory", "--values", "large", "--workloads", "F"));
        assertTrue(parsed(json()).contains("\"raw-memory\" : {"));
        Files.delete(json());
        assertEquals(1, run("--stores", "ashlar,raw-memory", "--values", "mixed", "--workloads", "C"));
        assertFalse(Files.exists(json()), "refused, not failed");
    }

    @Test
    void aKilledWriterIsOpenedAgain() throws IOException {
        rounds = 1; // each takes seconds
        assertEquals(0, run("--stores", "ashlar,raw-memory", "--only-restart", "--restart", "1000"));
        final String json = parsed(json());
        assertTrue(json.contains("\"firstGetMillis\"") && json.contains("\"1000000\""), json);
        assertTrue(json.contains("\"ofRawMemory\" : 1.0"), "the raw memory's own ratio, in " + json);
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void aStoreThatLosesARecordIsToldAndTheOthersGoOn() throws Exception {
        assertEquals(1, run("--stores", "failing,ashlar", "--workloads", "C"));
        final String json = parsed(json());
        assertTrue(json.contains("\"failing\" : \"") && json.contains(": the child JVM ended without telling"), json);
        final Document page = xml(Files.readAllBytes(html()));
        final String text = page.getDocumentElement().getTextContent();
        assertTrue(text.contains("failing failed and took no further part"));
        assertTrue(text.contains("<for a test>"));
    }

    @Test
    void whatCannotRunIsRefused() throws IOException {
        assertEquals(1, run("--stores", "no-such-store"));
        assertEquals(1, run("--stores", "ashlar,raw-memory", "--key-bytes", "23", "--workloads", "C"));
        assertEquals(1, run("--key-bytes", "9"));
        assertEquals(List.of(), filesLeft());
    }
}
