package org.ashlar.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ashlar.examples.quickstart.JdkFiles.JdkFile;
import org.ashlar.kv.Durability;
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

    private List<MatchResult> findAll(final String regex) {
        return Pattern.compile(regex, Pattern.MULTILINE)
                .matcher(output.toString())
                .results()
                .toList();
    }

    /** The only place in the report. */
    private MatchResult find(final String regex) {
        final List<MatchResult> all = findAll(regex);
        assertEquals(1, all.size(), () -> regex + " in\n" + output);
        return all.get(0);
    }

    private static long number(final String text) {
        return Long.parseLong(text.replace(",", ""));
    }

    private long numberIn(final String regex) {
        return number(find(regex).group(1));
    }

    @Test
    void allIsThereAfterTwoKillsAndNoFileIsLeft() throws IOException {
        final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        final PrintStream err = System.err;
        System.setErr(new PrintStream(terminal, true, UTF_8));
        final int status;
        try {
            status = Quickstart.run(
                    new PrintWriter(output), true, directory.toString(), "--limit", "300", "--kill-after", "200");
        } finally {
            System.setErr(err);
        }
        assertEquals(0, status, output::toString);
        assertTrue(output.toString().contains(EQUAL), output::toString);
        assertEquals(2, findAll("^kill .*exit status 137").size(), output::toString);
        assertEquals(List.of(), filesLeft());
        assertTheBarsWereFullAndAreGone(terminal.toString(UTF_8));
    }

    private void assertTheBarsWereFullAndAreGone(final String terminal) {
        for (final String step : List.of("load", "compare")) {
            assertTrue(
                    Pattern.compile(step + " 100% \\[=+\\] 300/300 ")
                            .matcher(terminal)
                            .find(),
                    terminal);
        }
        assertTrue(terminal.endsWith("\r" + " ".repeat(79) + "\r"), terminal);
        assertFalse(terminal.contains("\n"), terminal); // each line is written over
        assertFalse(output.toString().contains("\r"), output::toString);
    }

    @Test
    void thePoolIsKeptOnRequestAndTheReportSaysWhatIsInIt() throws IOException {
        final Path pool = directory.resolve("kept.pool");
        final int status = run(pool.toString(), "--keep", "--limit", "50", "--kills", "2", "--kill-after", "100");
        assertEquals(0, status, output::toString);
        assertEquals(List.of(pool), filesLeft());
        final List<JdkFile> files = JdkFiles.sample(50);
        long keyBytes = 0;
        long valueBytes = 0;
        for (final JdkFile file : files) {
            keyBytes += file.key().length;
            valueBytes += file.read().length;
        }
        final long fileBytes = keyBytes + valueBytes;
        assertEquals("50", find("^input +([0-9,]+) files of this JDK").group(1));
        assertEquals(fileBytes, numberIn("^load +([0-9,]+) bytes of keys and values put"));
        assertEquals(fileBytes, numberIn("^after loading\\R +user bytes +([0-9,]+) "));
        // When they are loaded, and after the kills.
        final List<MatchResult> compared =
                findAll("^compare +50 values read in place, ([0-9,]+) bytes, every byte equal,");
        assertEquals(2, compared.size(), output::toString);
        for (final MatchResult line : compared) {
            assertEquals(valueBytes, number(line.group(1)), output::toString);
        }
        assertEachAcknowledgedKeyWasCompared();
        try (Store store = Store.open(pool)) {
            assertEquals(50, store.map(LoadedFiles.MAP).size());
            final long[] written = bytesAndRecords(store.map(ChildWriter.MAP));
            assertEquals(50 + written[1], numberIn("^verify +([0-9,]+) records and [0-9,]+ index pages, sound,"));
            assertEquals(50 + written[1], numberIn("^at the end\\R +records +([0-9,]+) "));
            assertEquals(
                    fileBytes + written[0],
                    numberIn("^at the end\\R +records.*\\R +user bytes +([0-9,]+)$"),
                    output::toString);
            final Durability obtained = store.durability().obtained();
            assertEquals(
                    obtained.toString(), find("^durability +([A-Z_]+) +\\S").group(1));
        }
        assertTheFiguresFitEachOther();
    }

    private void assertEachAcknowledgedKeyWasCompared() {
        final Set<Integer> keys = new HashSet<>();
        long sequence = 0;
        for (final MatchResult kill : findAll("^kill .* acknowledged ([0-9,]+) writes?,")) {
            for (long end = sequence + number(kill.group(1)); sequence < end; sequence++) {
                keys.add(ChildRecord.keyOf(sequence));
            }
            sequence++; // the one in flight
        }
        final MatchResult line =
                find("^compare +([0-9,]+) keys? of the killed processes, every byte equal; writes in flight: (.*)$");
        assertEquals(keys.size(), number(line.group(1)), output::toString);
        final int fates = Pattern.compile("[0-9]+")
                .matcher(line.group(2))
                .results()
                .mapToInt(fate -> Integer.parseInt(fate.group()))
                .sum();
        assertEquals(2, fates, output::toString);
    }

    /** Bytes of keys and values, and how many pairs there are. */
    private static long[] bytesAndRecords(final KvMap map) {
        final long[] sums = new long[2];
        map.forEach((key, value) -> {
            sums[0] += key.capacity() + value.capacity();
            sums[1]++;
            return true;
        });
        return sums;
    }

    private void assertTheFiguresFitEachOther() {
        final String milliseconds = "([0-9.,]+) ms";
        final String times = milliseconds + ".* first get " + milliseconds;
        for (final String what : List.of(
                "reopen", "open after a clean close, cold", "open after a kill, cold", "open after a kill, warm")) {
            final MatchResult opened = find("^" + what + " .*?" + times);
            assertTrue(Double.parseDouble(opened.group(1).replace(",", "")) > 0, opened.group());
            assertTrue(Double.parseDouble(opened.group(2).replace(",", "")) > 0, opened.group());
        }
        final List<MatchResult> spaces =
                findAll("user bytes +([0-9,]+).*\\R +pool bytes +([0-9,]+).*\\R +space per user byte +([0-9.]+) ");
        assertEquals(2, spaces.size(), output::toString); // after loading, at the end
        for (final MatchResult space : spaces) {
            final double ratio = (double) number(space.group(2)) / number(space.group(1));
            assertTrue(ratio > 1, space::group);
            assertEquals(String.format(Locale.ROOT, "%.3f", ratio), space.group(3));
        }
        final MatchResult first = find("^descriptors initialised +([0-9,]+) +of ([0-9,]+);");
        final long read = numberIn("^ +after reading all +([0-9,]+) ");
        final long verified = numberIn("^ +after verify +([0-9,]+)$");
        assertTrue(number(first.group(1)) <= read && read < verified, output::toString);
        assertTrue(verified < number(first.group(2)), output::toString);
        long chunks = 0;
        for (final String state : List.of("with slots", "with runs", "with index pages", "fresh", "free")) {
            chunks += numberIn("^ +" + state + " +([0-9,]+)(?: |$)");
        }
        assertEquals(numberIn("^chunks +([0-9,]+) "), chunks, output::toString);
        assertEquals(0, numberIn("^quarantined slots +([0-9,]+) "));
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
