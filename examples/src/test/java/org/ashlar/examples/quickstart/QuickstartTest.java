package org.ashlar.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ashlar.examples.quickstart.JdkFiles.JdkFile;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuickstartTest {
    private static final String EQUAL = "every byte is equal";

    private final StringWriter output = new StringWriter();

    @TempDir
    private Path directory;

    private int run(final String... args) {
        return Quickstart.run(new PrintWriter(output), false, args);
    }

    private List<Path> filesLeft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void allIsThereAfterTwoKillsAndNoFileIsLeft() throws IOException {
        assertEquals(0, run(directory.toString(), "--limit", "300", "--kill-after", "200"), output::toString);
        assertTrue(output.toString().contains(EQUAL), output::toString);
        final long kills = Pattern.compile("^kill .*exit status 137", Pattern.MULTILINE)
                .matcher(output.toString())
                .results()
                .count();
        assertEquals(2, kills, output::toString);
        assertEquals(List.of(), filesLeft());
    }

    @Test
    void thePoolIsKeptOnRequest() throws IOException {
        final Path pool = directory.resolve("kept.pool");
        final int status = run(pool.toString(), "--keep", "--limit", "50", "--kills", "1", "--kill-after", "50");
        assertEquals(0, status, output::toString);
        assertEquals(List.of(pool), filesLeft());
        try (Store store = Store.open(pool)) {
            assertEquals(50, store.map(LoadedFiles.MAP).size());
        }
    }

    @Test
    void aFileThatExistsIsLeftAlone() throws IOException {
        final Path precious = Files.writeString(directory.resolve("precious"), "mine");
        assertEquals(1, run(precious.toString(), "--limit", "1"));
        assertEquals("mine", Files.readString(precious));
        assertTrue(output.toString().contains(precious + " exists"), output::toString);
    }

    @Test
    void aRefusalOfTheStoreIsOneReadableLine() {
        final Path pool = directory.resolve("no/such/directory/x.pool");
        assertEquals(1, run(pool.toString(), "--limit", "1"));
        final List<String> lines = output.toString().lines().toList();
        assertTrue(lines.get(lines.size() - 1).startsWith("quickstart failed: "), output::toString);
        assertTrue(lines.get(lines.size() - 1).contains("no/such/directory"), output::toString);
        assertFalse(output.toString().contains("\tat "), output::toString);
    }

    @Test
    void aNumberThatMakesNoSenseIsRefused() {
        assertEquals(2, run(directory.toString(), "--kills", "0"));
        assertTrue(output.toString().startsWith("--kills must be more than 0, but is 0"), output::toString);
    }

    /** A check that cannot fail would prove nothing. */
    @Test
    void aByteThatDiffersIsFound() throws IOException {
        final List<JdkFile> sample = JdkFiles.sample(20);
        final LoadedFiles files = new LoadedFiles(sample);
        final Console console = new Console(new PrintWriter(output), false);
        try (Store store = Store.open(directory.resolve("spoilt.pool"))) {
            files.load(store, console);
            final Findings none = new Findings();
            files.compare(store, console, none);
            assertTrue(none.isEmpty());

            final KvMap map = store.map(LoadedFiles.MAP);
            final byte[] spoilt = sample.get(3).read();
            spoilt[spoilt.length - 1] ^= 1;
            map.put(sample.get(3).key(), spoilt);
            map.put(sample.get(5).key(), "short".getBytes(UTF_8));
            map.delete(sample.get(7).key());
            final Findings findings = new Findings();
            files.compare(store, console, findings);
            assertEquals(4, findings.count()); // two that differ, one that is not there, and the number of entries
        }
    }
}
