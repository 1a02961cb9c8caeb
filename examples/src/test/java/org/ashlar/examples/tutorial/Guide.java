package org.ashlar.examples.tutorial;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Code as a document shows it, and as it is tagged in a source file; both without their indentation. */
final class Guide {
    private static final Pattern REGION =
            Pattern.compile("^ *// tag::(\\w+)\\[]\\n(.*?)^ *// end::\\1\\[]\\n", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern SNIPPET =
            Pattern.compile("^```java\\n(.*?)^```\\n", Pattern.MULTILINE | Pattern.DOTALL);

    private Guide() {}

    /** The tagged regions of a source file by their names, in their order. */
    static Map<String, String> regions(final String source) {
        final Map<String, String> regions = new LinkedHashMap<>();
        final Matcher region = REGION.matcher(source);
        while (region.find()) {
            if (regions.put(region.group(1), code(region.group(2))) != null) {
                throw new IllegalArgumentException("two regions are tagged " + region.group(1));
            }
        }
        return regions;
    }

    /** The Java snippets of a document in Markdown, in their order. */
    static List<String> snippets(final String document) {
        return SNIPPET.matcher(document)
                .results()
                .map(snippet -> code(snippet.group(1)))
                .toList();
    }

    /** The line's end behind the last line goes first: {@code stripIndent} would take what follows it for a line without indentation. */
    private static String code(final String lines) {
        return lines.stripTrailing().stripIndent();
    }

    /**
     * A section of a document: from its heading to the next one of the same level or a higher one.
     *
     * @param heading with its {@code #} signs
     */
    static String section(final String document, final String heading) {
        final int level = heading.indexOf(' ');
        final Matcher section = Pattern.compile(
                        "^" + Pattern.quote(heading) + "\\n(.*?)(?=^#{1," + level + "} |\\z)",
                        Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(document);
        if (!section.find()) {
            throw new IllegalArgumentException("no section \"" + heading + "\"");
        }
        return section.group(1);
    }

    /** What tells a document from the code that it should show: a line for each thing, none where it shows just that. */
    static List<String> differences(final Map<String, String> regions, final List<String> snippets) {
        final List<String> differences = new ArrayList<>();
        for (final String snippet : snippets) {
            if (!regions.containsValue(snippet)) {
                differences.add("this snippet is no tagged region of the code:\n" + snippet);
            }
        }
        regions.forEach((name, code) -> {
            if (!snippets.contains(code)) {
                differences.add("the region " + name + " is not in the document:\n" + code);
            }
        });
        if (differences.isEmpty() && !List.copyOf(regions.values()).equals(snippets)) {
            differences.add("the snippets stand in another order than the regions, or one of them stands there twice");
        }
        return differences;
    }
}
