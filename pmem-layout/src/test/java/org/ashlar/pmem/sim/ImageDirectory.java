package org.ashlar.pmem.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for pools and their crash images, in memory where there is such a file system; gone when closed. */
public final class ImageDirectory implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path directory;

    /** Makes the directory. */
    public ImageDirectory() {
        try {
            directory = Files.isWritable(SHARED_MEMORY)
                    ? Files.createTempDirectory(SHARED_MEMORY, "ashlar-sim")
                    : Files.createTempDirectory("ashlar-sim");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The path of a file in it.
     *
     * @param name of the file
     * @return its path; the file need not exist
     */
    public Path file(final String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            final List<Path> deepestFirst =
                    files.sorted(Comparator.reverseOrder()).toList();
            for (final Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
