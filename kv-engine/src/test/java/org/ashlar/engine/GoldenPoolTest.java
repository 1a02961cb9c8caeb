package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools that were made when their format version was the current one open, and hold what they held. */
final class GoldenPoolTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"format-3-closed", "format-3-killed"})
    void aPoolOfAVersionThatIsReadOpensHoldsWhatItHeldAndCanBeWrittenTo(final String name) throws IOException {
        final Path path = folder.resolve("pool");
        try (InputStream golden = GoldenPoolTest.class.getResourceAsStream("/golden/" + name + ".pool.gz")) {
            assertNotNull(golden, name);
            Files.copy(new GZIPInputStream(golden), path);
        }
        try (EngineStore store = TestStores.tiny(path)) {
            GoldenPool.assertHolds(store);
            TestStores.assertSound(store);
            for (int i = 0; i < 2_000; i++) {
                store.map("later")
                        .put(Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.US_ASCII), new byte[100]);
            }
            store.map("later").forEach((key, value) -> true);
            TestStores.assertSound(store);
        }
    }
}
