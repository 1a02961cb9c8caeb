package org.ashlar.examples.quickstart;

import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** A table of named numbers, each with a line on how it comes about where that is not obvious. */
final class NumberTable {
    private static final int NAME_WIDTH = 30;
    private static final int NUMBER_WIDTH = 15;
    private static final int NOTE_WIDTH = 62;
    private static final int GAP = 2;

    private final TextTable table = TextTable.forColumns(
            Help.defaultColorScheme(Ansi.OFF),
            new Column(NAME_WIDTH, 0, Overflow.WRAP),
            new Column(NUMBER_WIDTH, 0, Overflow.WRAP),
            new Column(NOTE_WIDTH, GAP, Overflow.WRAP));

    NumberTable() {
        table.indentWrappedLines = 0;
    }

    void row(final String name, final String number, final String note) {
        table.addRowValues(name, " ".repeat(Math.max(0, NUMBER_WIDTH - number.length())) + number, note);
    }

    void row(final String name, final long number, final String note) {
        row(name, Figures.number(number), note);
    }

    void print(final Console console) {
        table.toString().lines().map(String::stripTrailing).forEach(console::line);
    }
}
