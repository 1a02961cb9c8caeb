package org.ashlar.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The target of a coverage-guided fuzzer (Jazzer, in the profile {@code fuzz}), whose bytes choose how a pool is spoilt, and then what is
 * done with it: see {@code HostileCase} and {@code HostileRun}. It needs nothing of the fuzzer, so PoolFuzzerTest runs it too.
 *
 * <p>A process that hangs or that its JVM's end takes with it leaves its last input in the file that the property {@code ashlar.fuzz.last} names.
 */
public final class PoolFuzzer {
    private static final String LAST_INPUT = "ashlar.fuzz.last";
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
            } catch (final IOException e) {
                System.err.println(folder + " is left: " + e);
            }
        }));
        for (int i = 0; i < POOLS.length; i++) {
            POOLS[i] = HostilePool.of(folder, i == 1);
        }
    }

    /** Called by the fuzzer, for each input. What it throws is a finding. */
    public static void fuzzerTestOneInput(final byte[] input) throws IOException {
        final String last = System.getProperty(LAST_INPUT);
        if (last != null) {
            Files.write(Path.of(last), input);
        }
        final Choices choices = Choices.ofBytes(input);
        final HostilePool pool = POOLS[choices.below(POOLS.length)];
        new HostileRun(pool, HostileCase.of(pool, choices), choices, folder, ONE_KEY_OF).run();
    }
}
