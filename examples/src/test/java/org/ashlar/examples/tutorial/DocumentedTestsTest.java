package org.ashlar.examples.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test that a document names, in a command or as a class, is there: one that was renamed would not be run, and nothing would say so. */
final class DocumentedTestsTest {
    private static final List<String> DOCUMENTS = List.of(
            "README.md", "bench/README.md", "kv-engine/FAULTS.md", "kv-engine/FORMAT.md", "pmem-layout/FORMAT.md");
    private static final Pattern COMMAND = Pattern.compile("-Dtest='?([\\w#*,+]+)");
    private static final Pattern CLASS = Pattern.compile("`(\\w+(?:Test|Set|Check))`");
    private static final String PLACEHOLDER = "NAME";

    /** Sources of all tests, by class. */
    private static Map<String, String> sources() throws IOException {
        final Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ReadmeGuideTest.root())) {
            final List<Path> java = files.filter(file -> file.toString().matches(".*/src/\\w+/java/.*\\.java"))
                    .toList();
            for (final Path file : java) {
                final String name = file.getFileName().toString().replace(".java", "");
                sources.merge(name, Files.readString(file), String::concat);
            }
        }
        return sources;
    }

    private static Set<String> missing(final String document, final Map<String, String> sources) {
        final Set<String> missing = new TreeSet<>();
        CLASS.matcher(document)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !sources.containsKey(name))
                .forEach(missing::add);
        for (final MatchResult command : COMMAND.matcher(document).results().toList()) {
            for (final String test : command.group(1).split(",", -1)) {
                if (!test.equals(PLACEHOLDER) && !isThere(test, sources)) {
                    missing.add(test);
                }
            }
        }
        return missing;
    }

    private static boolean isThere(final String test, final Map<String, String> sources) {
        final String[] parts = test.split("#", 2);
        final String source = sources.get(parts[0]);
        return source != null
                && (parts.length == 1
                        || Stream.of(parts[1].split("\\+", -1))
                                .allMatch(method -> Pattern.compile(" void " + method.replace("*", "\\w*") + "\\(")
                                        .matcher(source)
                                        .find()));
    }

    @Test
    void eachTestThatADocumentNamesIsThere() throws IOException {
        final Map<String, String> sources = sources();
        for (final String document : DOCUMENTS) {
            final String text = Files.readString(ReadmeGuideTest.root().resolve(document));
            assertEquals(Set.of(), missing(text, sources), document);
        }
        assertTrue(COMMAND.matcher(Files.readString(ReadmeGuideTest.root().resolve("README.md")))
                        .results()
                        .count()
                > 50);
    }

    @Test
    void aTestThatIsNotThereIsTold() {
        final Map<String, String> sources = Map.of("ATest", "    void first() {}\n    void second() {}");
        assertEquals(
                Set.of("BTest", "ATest#third", "CTest", "ATest#second*Half"),
                missing(
                        "`ATest`, `CTest`, -Dtest=ATest,BTest -Dtest='ATest#first+sec*,ATest#third' -Dtest=ATest#second*Half",
                        sources));
    }
}
