package org.ashlar.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary folders of tests on {@code /dev/shm}, where there is one: as near to persistent memory as any machine has. */
public final class MemoryFolder implements TempDirFactory {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Called by JUnit. */
    public MemoryFolder() {}

    @Override
    public Path createTempDirectory(final AnnotatedElementContext element, final ExtensionContext context)
            throws IOException {
        return create();
    }

    /** A new folder. */
    static Path create() throws IOException {
        return Files.isWritable(SHARED_MEMORY)
                ? Files.createTempDirectory(SHARED_MEMORY, "ashlar-test-")
                : Files.createTempDirectory("ashlar-test-");
    }
}
