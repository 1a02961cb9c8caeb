package org.ashlar.engine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A long set in numbered parts, which can be stopped at any time and goes on with the same command. A part that has ended is a line of the
 * progress file, and is not run again. One that fails does not end the set: what repeats it, and what it failed with, is in a file beside the
 * progress file, and it is run again the next time.
 *
 * <p>Properties, with the set's name for {@code NAME}: {@code ashlar.NAME.parts}, as {@code 7} or {@code 1-500}; {@code ashlar.NAME.minutes}, after
 * which no part is begun; {@code ashlar.NAME.progress}, {@code target/NAME-long-set} without it.
 */
final class LongSetParts {
    private static final String FAILED = "FAILED";

    private final Class<?> test;
    private final String prefix;
    private final String parts;
    private final Path progress;
    private final Path failures;

    /** What a part does. */
    @FunctionalInterface
    interface Part {
        /**
         * Does it.
         *
         * @param number of the part
         * @param counts how much of each thing was done; also of a part that fails
         */
        void run(long number, long[] counts) throws IOException, InterruptedException;
    }

    LongSetParts(final Class<?> test, final String name, final String parts) {
        this.test = test;
        prefix = "ashlar." + name + '.';
        this.parts = System.getProperty(prefix + "parts", parts);
        progress = Path.of(System.getProperty(prefix + "progress", "target/" + name + "-long-set"));
        failures = progress.resolveSibling(progress.getFileName() + "-failures");
    }

    /**
     * Runs the parts that are due.
     *
     * @param counts how many things are counted
     * @return the parts that failed now
     */
    List<Long> run(final int counts, final Part part) throws IOException, InterruptedException {
        final long start = System.nanoTime();
        final long limit = TimeUnit.MINUTES.toNanos(Long.getLong(prefix + "minutes", Integer.MAX_VALUE));
        final Set<Long> ended = new HashSet<>();
        lines().forEach(line -> ended.add(Long.valueOf(line[0])));
        ended.removeAll(failed());
        final List<Long> failedNow = new ArrayList<>();
        final String[] ends = parts.split("-", 2);
        for (long number = Long.parseLong(ends[0]); number <= Long.parseLong(ends[ends.length - 1]); number++) {
            if (!ended.contains(number)
                    && System.nanoTime() - start < limit
                    && !passes(number, part, new long[counts])) {
                failedNow.add(number);
            }
        }
        return failedNow;
    }

    private boolean passes(final long number, final Part part, final long[] counts)
            throws IOException, InterruptedException {
        String outcome = "";
        try {
            part.run(number, counts);
        } catch (final IOException | RuntimeException | Error e) {
            outcome = " " + FAILED;
            final StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            append(failures, "part " + number + ", run again with " + commandOf(number) + "\n" + trace);
        }
        append(
                progress,
                number + " " + Arrays.stream(counts).mapToObj(Long::toString).collect(Collectors.joining(" "))
                        + outcome);
        return outcome.isEmpty();
    }

    private String commandOf(final long number) {
        return "-Dtest=" + test.getSimpleName() + " -D" + prefix + "parts=" + number;
    }

    private static void append(final Path file, final String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String[]> lines() {
        if (!Files.exists(progress)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(progress)) {
            return lines.map(line -> line.split(" ")).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that have not passed since they failed. */
    private Set<Long> failed() {
        final Set<Long> failed = new TreeSet<>();
        for (final String[] line : lines()) {
            if (line[line.length - 1].equals(FAILED)) {
                failed.add(Long.valueOf(line[0]));
            } else {
                failed.remove(Long.valueOf(line[0]));
            }
        }
        return failed;
    }

    /** How much of one thing was done, in this run and in others before it. */
    long total(final int index) {
        return lines().stream()
                .mapToLong(line -> Long.parseLong(line[1 + index]))
                .sum();
    }

    /** The last column of a row of the README's table. */
    String found() {
        final Set<Long> failed = failed();
        return failed.isEmpty() ? "nothing" : "failures left: parts " + failed + ", see " + failures;
    }
}
