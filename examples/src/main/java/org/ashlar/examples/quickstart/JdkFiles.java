package org.ashlar.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The classes and resources of the running JDK: real input that every machine with a JDK has. */
final class JdkFiles {
    private static final URI JDK = URI.create("jrt:/");
    private static final String ROOT = "/modules";

    private JdkFiles() {}

    /**
     * A file of the JDK.
     *
     * @param name module and path, such as {@code java.base/java/lang/Object.class}
     * @param path where it is read from
     */
    record JdkFile(String name, Path path) {
        byte[] key() {
            return name.getBytes(UTF_8);
        }

        byte[] read() throws IOException {
            return Files.readAllBytes(path);
        }
    }

    /** At most so many files, spread evenly over all modules. */
    static List<JdkFile> sample(final int limit) throws IOException {
        final List<JdkFile> all = all();
        if (limit >= all.size()) {
            return all;
        }
        return IntStream.range(0, limit)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / limit)))
                .toList();
    }

    private static List<JdkFile> all() throws IOException {
        final Path root = FileSystems.getFileSystem(JDK).getPath(ROOT);
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> new JdkFile(root.relativize(path).toString(), path))
                    .toList();
        }
    }
}
