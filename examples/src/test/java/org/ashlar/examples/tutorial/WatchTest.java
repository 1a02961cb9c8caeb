package org.ashlar.examples.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.kv.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WatchTest {
    @TempDir
    Path folder;

    @Test
    void theMetersOfTheReadmeAreBoundAndTakenOffAgain() {
        final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Store store = Store.open(folder.resolve("pool"))) {
            Watch.bind(store, registry, () -> assertFalse(registry.getMeters().isEmpty()));
            assertEquals(List.of(), registry.getMeters());
        }
    }
}
