package org.ashlar.engine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs cases of a {@link HostileSweep} in children, follows what they say, and notes what went wrong. */
final class HostileChildren {
    private static final int MOST_RESTARTS = 20;

    /** So long without a word, and a child hangs. A case takes some 50 ms. */
    private static final int PATIENCE_SECONDS = 120;

    private static final String END = "end of output";

    private final Path folder;
    private final List<String> defects = new ArrayList<>();
    private long done;

    HostileChildren(final Path folder) {
        this.folder = folder;
    }

    /** What went wrong, with the numbers of the cases. */
    List<String> defects() {
        return defects;
    }

    /** How many cases were begun. */
    long done() {
        return done;
    }

    /** What repeats a case. */
    static String repeat() {
        return "run one again with -Dtest=HostileFilesTest#aRangeOfCases -Dashlar.first=<case> -Dashlar.count=1";
    }

    /** Runs cases in a child, and in another one from the next case on when one has ended it. */
    void sweep(final long first, final long count, final long step) {
        long next = first;
        final long end = first + count * step;
        for (int i = 0; i < MOST_RESTARTS && next < end; i++) {
            next = sweepUntilItEnds(next, (end - next + step - 1) / step, step);
        }
    }

    /** Returns the number to go on with. */
    private long sweepUntilItEnds(final long first, final long count, final long step) {
        final List<String> command = ChildJvm.command(
                HostileSweep.class, folder.toString(), Long.toString(first), Long.toString(count), Long.toString(step));
        try {
            final Process child =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                return follow(child, first, step);
            } finally {
                child.destroyForcibly().waitFor();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Follows one; the number to go on with. */
    long follow(final Process child, final long first, final long step) throws IOException, InterruptedException {
        final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        final BufferedReader reader = child.inputReader();
        final Thread pump = new Thread(() -> {
            reader.lines().forEach(lines::add);
            lines.add(END);
        });
        pump.setDaemon(true);
        pump.start();
        final StringBuilder last = new StringBuilder();
        long current = first - step;
        while (true) {
            final String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                defects.add("case " + current + " hangs");
                return current + step;
            }
            if (line.startsWith(HostileSweep.CASE)) {
                current = Long.parseLong(line.substring(HostileSweep.CASE.length()));
                done++;
                last.setLength(0);
            } else if (line.startsWith(HostileSweep.DEFECT)) {
                defects.add(line);
            } else if (line.startsWith(HostileSweep.DONE)) {
                return Long.MAX_VALUE;
            } else if (line.equals(END)) {
                defects.add("case " + current + " has ended the JVM, exit code " + child.waitFor() + ":\n" + last);
                return current + step;
            } else {
                last.append(line).append('\n');
            }
        }
    }
}
