package org.ashlar.examples.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The file of the run's own pool, which goes away with the run, by whatever way that ends. */
final class PoolFile implements AutoCloseable {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path path;
    private final boolean keep;
    private final Thread deleteOnExit = new Thread(this::delete, "delete-pool");

    private PoolFile(final Path path, final boolean keep) {
        this.path = path;
        this.keep = keep;
        Runtime.getRuntime().addShutdownHook(deleteOnExit);
    }

    /** A file that does not exist yet: the one given, or one in the directory given, or one in memory. */
    static PoolFile at(final @Nullable Path given, final boolean keep) {
        final Path place = (given == null ? defaultDirectory() : given).toAbsolutePath();
        final String name = "ashlar-quickstart-" + ProcessHandle.current().pid() + ".pool";
        final Path file = Files.isDirectory(place) ? place.resolve(name) : place;
        if (Files.exists(file)) {
            throw new QuickstartException(
                    file + " exists, and the quickstart makes a pool of its own: give a directory,"
                            + " or a file that does not exist");
        }
        return new PoolFile(file, keep);
    }

    private static Path defaultDirectory() {
        return Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
    }

    Path path() {
        return path;
    }

    private void delete() {
        if (keep) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (final IOException failure) {
            throw new UncheckedIOException("cannot delete " + path, failure);
        }
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(deleteOnExit);
    }
}
