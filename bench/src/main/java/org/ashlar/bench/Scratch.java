package org.ashlar.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory for the files of one part, gone with all that is in it when the part ends, however it ends but by {@code
 * kill -9}.
 */
public final class Scratch implements AutoCloseable {
    private final Path directory;
    private final Thread hook;

    private Scratch(final Path directory) {
        this.directory = directory;
        hook = new Thread(() -> delete(directory), "bench-scratch");
    }

    /**
     * Makes the directory.
     *
     * @param parent where
     * @param neededBytes how much will be written there
     * @throws IOException when it cannot be made, or there is not enough room
     */
    public static Scratch in(final Path parent, final long neededBytes) throws IOException {
        final long usable = Files.getFileStore(parent).getUsableSpace();
        if (usable < neededBytes) {
            throw new IOException(parent + " has " + (usable >> 20) + " MiB free, and this benchmark needs "
                    + (neededBytes >> 20) + " MiB: choose fewer --records, or another --path");
        }
        final Scratch scratch = new Scratch(Files.createTempDirectory(parent, "ashlar-bench-"));
        Runtime.getRuntime().addShutdownHook(scratch.hook);
        return scratch;
    }

    /** Bytes that a pool of this many records may take at most, updates and all. */
    public static long poolBytes(final long records) {
        return poolBytes(records, Records.USER_BYTES);
    }

    /** Bytes that a pool of so many records of so many bytes may take at most, updates and all. */
    public static long poolBytes(final long records, final int userBytes) {
        final long fixedBytes = 64L << 20;
        return records * userBytes * 2 + fixedBytes;
    }

    public Path file(final String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        delete(directory);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The JVM is on its way down: the hook runs anyway, and finds nothing.
        }
    }

    private static void delete(final Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            final List<Path> deepestFirst =
                    tree.sorted(Comparator.reverseOrder()).toList();
            for (final Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
