package org.ashlar.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Temporary folders beside the build's output: on the disk that the project is on, where {@code msync} means something. */
public final class DiskFolder implements TempDirFactory {
    /** Called by JUnit. */
    public DiskFolder() {}

    @Override
    public Path createTempDirectory(final AnnotatedElementContext element, final ExtensionContext context)
            throws IOException {
        return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "ashlar-test-");
    }
}
