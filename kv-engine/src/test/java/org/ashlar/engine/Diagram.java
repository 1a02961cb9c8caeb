package org.ashlar.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The box diagram in a descriptor class's comment, read from its source. */
public final class Diagram {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern NOT_A_DIGIT = Pattern.compile("\\D+");

    private Diagram() {}

    /**
     * The numbers above the boxes.
     *
     * @param type the class
     * @return numbers of those lines that draw no box, from left to right, line by line
     */
    public static List<Integer> numbersAbove(final Class<?> type) {
        return lines(type).stream()
                .filter(line -> !line.contains("|") && !line.contains("+"))
                .flatMap(NOT_A_DIGIT::splitAsStream)
                .filter(number -> !number.isEmpty())
                .map(Integer::valueOf)
                .toList();
    }

    /**
     * What stands in the boxes.
     *
     * @param type the class
     * @return texts of all boxes, from left to right, line by line
     */
    public static List<String> boxes(final Class<?> type) {
        return lines(type).stream()
                .filter(line -> line.contains("|"))
                .flatMap(line -> Pattern.compile("\\|").splitAsStream(line.substring(line.indexOf('|') + 1)))
                .map(String::strip)
                .filter(box -> !box.isEmpty())
                .toList();
    }

    private static List<String> lines(final Class<?> type) {
        final Path source = SOURCES.resolve(type.getName().replace('.', '/') + ".java");
        try {
            final String text = Files.readString(source);
            return text.substring(text.indexOf("<pre>") + 5, text.indexOf("</pre>"))
                    .lines()
                    .map(line -> line.replaceFirst("^ *\\*", ""))
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
