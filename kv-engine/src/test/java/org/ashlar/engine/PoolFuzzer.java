package org.ashlar.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The target of a coverage-guided fuzzer (Jazzer, in the profile {@code fuzz}), whose bytes choose how a pool is spoilt, and then what is
 * done with it: see {@code HostileCase} and {@code HostileRun}. It needs nothing of the fuzzer, so PoolFuzzerTest runs it too.
 *
 * <p>A process that hangs or that its JVM's end takes with it leaves its last input in the file that the property {@code ashlar.fuzz.last} names.
 * Any other adds a line to the file that {@code ashlar.fuzz.runs} names, and prints a row for the table in the README, of all that are there.
 */
public final class PoolFuzzer {
    private static final String LAST_INPUT = "ashlar.fuzz.last";
    private static final String RUNS = "ashlar.fuzz.runs";
    private static final AtomicLong EXECUTIONS = new AtomicLong();
    private static final AtomicLong FINDINGS = new AtomicLong();
    private static final HostilePool[] POOLS = new HostilePool[2];
    private static final int ONE_KEY_OF = 11;
    private static Path folder = Path.of("");

    private PoolFuzzer() {}

    /** Called by the fuzzer, once. */
    public static void fuzzerInitialize() {
        try {
            folder = MemoryFolder.create();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                for (final String left : new String[] {"damaged", "salvaged", "salvaged.creating"}) {
                    Files.deleteIfExists(folder.resolve(left));
                }
                Files.deleteIfExists(folder);
                tell();
            } catch (final IOException e) {
                System.err.println("at the end of the run, with " + folder + ": " + e);
            }
        }));
        for (int i = 0; i < POOLS.length; i++) {
            POOLS[i] = HostilePool.of(folder, i == 1);
        }
    }

    private static void tell() throws IOException {
        final String runs = System.getProperty(RUNS);
        if (runs == null) {
            return;
        }
        final Path file = Path.of(runs);
        Files.writeString(
                file,
                EXECUTIONS.get() + " " + FINDINGS.get() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        long executions = 0;
        long findings = 0;
        for (final String line : Files.readAllLines(file)) {
            final String[] counts = line.split(" ", 2);
            executions += Long.parseLong(counts[0]);
            findings += Long.parseLong(counts[1]);
        }
        System.out.printf(
                Locale.ROOT,
                "| Jazzer | `mvn -q -Pfuzz -pl kv-engine -am test` | %,d executions | %s |%n",
                executions,
                findings == 0 ? "nothing" : findings + " findings");
    }

    /** Called by the fuzzer, for each input. What it throws is a finding. */
    public static void fuzzerTestOneInput(final byte[] input) throws IOException {
        final String last = System.getProperty(LAST_INPUT);
        if (last != null) {
            Files.write(Path.of(last), input);
        }
        final Choices choices = Choices.ofBytes(input);
        final HostilePool pool = POOLS[choices.below(POOLS.length)];
        EXECUTIONS.incrementAndGet();
        try {
            new HostileRun(pool, HostileCase.of(pool, choices), choices, folder, ONE_KEY_OF).run();
        } catch (final IOException | RuntimeException | Error e) {
            FINDINGS.incrementAndGet();
            throw e;
        }
    }
}
