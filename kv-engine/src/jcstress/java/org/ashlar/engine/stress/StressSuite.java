package org.ashlar.engine.stress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jcstress.Main;

/**
 * Runs jcstress with the arguments that it is given, and prints a row for the table in the README when the process ends, also when it is stopped
 * before its time.
 */
public final class StressSuite {
    private StressSuite() {}

    /** Finds the last count of results in what is printed. */
    private static final class LastResults extends FilterOutputStream {
        private static final Pattern RESULTS = Pattern.compile(
                "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

        private final StringBuilder line = new StringBuilder();
        private String count = "0 combinations";
        private String found = "nothing";

        LastResults(final OutputStream out) {
            super(out);
        }

        @Override
        public synchronized void write(final int character) throws IOException {
            out.write(character);
            if (character != '\n' && character != '\r') {
                line.append((char) character);
            } else {
                read();
            }
        }

        private void read() {
            final Matcher results = RESULTS.matcher(line);
            if (results.find()) {
                count = results.group(2) + " of " + results.group(1)
                        + " combinations of test, compiler and placement on cores";
                final boolean isClean = results.group(3).equals("0")
                        && results.group(4).equals("0")
                        && results.group(5).equals("0");
                found = isClean
                        ? "nothing"
                        : results.group(3) + " failed, " + results.group(4) + " and " + results.group(5) + " errors";
            }
            line.setLength(0);
        }

        synchronized String row(final String arguments) {
            read(); // what was printed last, when it was stopped
            return "| jcstress | `mvn -q -Pjcstress -pl kv-engine -am test -Djcstress.args=\"" + arguments + "\"` | "
                    + count + " | " + found + " |";
        }
    }

    /** Arguments: what the row shows, then those of jcstress. */
    public static void main(final String[] arguments) throws Exception {
        final PrintStream console = System.out;
        final LastResults results = new LastResults(console);
        System.setOut(new PrintStream(results, true, StandardCharsets.UTF_8));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> console.println(results.row(arguments[0]))));
        Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
