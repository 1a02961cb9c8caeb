package org.ashlar.examples.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The README shows code that runs, all of it, and no other. */
final class ReadmeGuideTest {
    private static final String SOURCES = "examples/src/test/java/org/ashlar/examples/tutorial";
    private static final String FIRST_PROGRAM_TEST = "theFirstProgramOfTheReadmeRuns";

    private static final String CODE = """
                void a() {
                    // tag::a[]
                    first();
                    if (true) {
                        second();
                    }
                    // end::a[]
                    // tag::b[]
                    third();
                    // end::b[]
                }
            """;
    private static final String A = "```java\nfirst();\nif (true) {\n    second();\n}\n```\n";
    private static final String B = "```java\nthird();\n```\n";

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(SOURCES))) {
            folder = Objects.requireNonNull(folder.getParent(), "no checkout of Ashlar around the working directory");
        }
        return folder;
    }

    private static String read(final String file) throws IOException {
        return Files.readString(root().resolve(file));
    }

    private static Map<String, String> tutorial() throws IOException {
        return Guide.regions(read(SOURCES + "/TutorialTest.java"));
    }

    @Test
    void theGuideOfTheReadmeIsTheTutorial() throws IOException {
        final List<String> snippets = Guide.snippets(Guide.section(read("README.md"), "## Guide"));
        final List<String> differences = Guide.differences(tutorial(), snippets);
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
    }

    @Test
    void theFirstProgramOfTheReadmeIsHello() throws IOException {
        final Map<String, String> hello = Guide.regions(read(SOURCES + "/Hello.java"));
        final List<String> snippets = Guide.snippets(Guide.section(read("README.md"), "## Example"));
        final List<String> differences = Guide.differences(hello, snippets);
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
    }

    @Test
    void theMetersOfTheReadmeAreThoseOfWatch() throws IOException {
        final Map<String, String> watch = Guide.regions(read(SOURCES + "/Watch.java"));
        final List<String> snippets = Guide.snippets(Guide.section(read("README.md"), "## Watch it"));
        final List<String> differences = Guide.differences(watch, snippets);
        assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
    }

    @Test
    void theReadmeHasNoOtherJava() throws IOException {
        assertEquals(tutorial().size() + 2, Guide.snippets(read("README.md")).size());
    }

    /** A step without a tag would be one that the README does not show. */
    @Test
    void eachStepOfTheTutorialIsTagged() throws IOException {
        final Set<String> untagged = new TreeSet<>();
        for (final var method : TutorialTest.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                untagged.add(method.getName());
            }
        }
        assertTrue(untagged.remove(FIRST_PROGRAM_TEST));
        untagged.removeAll(tutorial().keySet());
        assertEquals(Set.of(), untagged);
    }

    @Test
    void aGuideThatShowsTheCodeIsAccepted() {
        assertEquals(List.of(), Guide.differences(Guide.regions(CODE), Guide.snippets("Text.\n\n" + A + "\n" + B)));
    }

    @Test
    void aSnippetThatDiffersByALetterIsFound() {
        final List<String> differences =
                Guide.differences(Guide.regions(CODE), Guide.snippets(A + B.replace("third", "thirds")));
        assertEquals(
                List.of(
                        "this snippet is no tagged region of the code:\nthirds();",
                        "the region b is not in the document:\nthird();"),
                differences);
    }

    @Test
    void aStepThatTheGuideLeavesOutIsFound() {
        assertEquals(
                List.of("the region b is not in the document:\nthird();"),
                Guide.differences(Guide.regions(CODE), Guide.snippets(A)));
    }

    @Test
    void stepsInAnotherOrderAreFound() {
        assertEquals(
                1, Guide.differences(Guide.regions(CODE), Guide.snippets(B + A)).size());
    }

    @Test
    void aSectionEndsBeforeTheNextHeadingOfItsLevel() {
        assertEquals("x\n### c\ny\n", Guide.section("# a\n## b\nx\n### c\ny\n## d\nz\n", "## b"));
    }
}
