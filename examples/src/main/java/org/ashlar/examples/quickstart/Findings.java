package org.ashlar.examples.quickstart;

import java.util.ArrayList;
import java.util.List;

/** What is not as it should be. The first few are kept in words, all are counted. */
final class Findings {
    private static final int KEPT = 10;

    private final List<String> first = new ArrayList<>();
    private long count;

    void add(final String finding) {
        count++;
        if (first.size() < KEPT) {
            first.add(finding);
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    long count() {
        return count;
    }

    void print(final Console console) {
        console.line("");
        if (isEmpty()) {
            console.line("All of it was checked, and every byte is equal.");
            return;
        }
        console.line("NOT EQUAL: " + Figures.count(count, "finding", "findings") + ".");
        first.forEach(finding -> console.line("  " + finding));
        if (count > first.size()) {
            console.line("  and " + Figures.number(count - first.size()) + " more");
        }
    }
}
