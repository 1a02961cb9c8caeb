package org.ashlar.pmem.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The file that a simulator watches, by its names. */
final class WatchedFile {
    private final Path path;
    private final Set<Path> names = new HashSet<>();
    private boolean exists;

    WatchedFile(final Path path, final Path... earlierNames) {
        this.path = normal(path);
        names.add(this.path);
        for (final Path name : earlierNames) {
            names.add(normal(name));
        }
    }

    /** Reads what it holds, if it exists. */
    void load(final ByteImage image) {
        if (Files.exists(path)) {
            exists = true;
            try {
                image.load(path);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    boolean hasName(final Path name) {
        return names.contains(normal(name));
    }

    /** Whether it exists, under an earlier name perhaps. */
    boolean exists() {
        return exists;
    }

    void noteExistence() {
        exists = true;
    }

    /** Whether it has its last name. */
    boolean isNamed() {
        return Files.exists(path);
    }

    private static Path normal(final Path path) {
        return path.toAbsolutePath().normalize();
    }
}
