package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fuzzer's target over the inputs that are kept: what a fuzzer has found, and some that reach far. */
final class PoolFuzzerTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");

    @Test
    void inputsThatAreKeptDoNoHarm() throws IOException {
        final List<Path> inputs;
        try (Stream<Path> files = Files.list(CORPUS)) {
            inputs = files.sorted().toList();
        }
        assertTrue(inputs.size() >= 20, () -> "inputs " + inputs.size());
        PoolFuzzer.fuzzerInitialize();
        for (final Path input : inputs) {
            try {
                PoolFuzzer.fuzzerTestOneInput(Files.readAllBytes(input));
            } catch (final RuntimeException | Error e) {
                throw new AssertionError("with the input " + input, e);
            }
        }
    }
}
