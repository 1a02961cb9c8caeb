package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files, thousands of them: whatever is flipped, overwritten, brought from elsewhere, cut or added, and sealed again by somebody who
 * knows the format, each call ends, with a {@link org.ashlar.kv.StoreException} or a right value, and the JVM lives. See {@link HostileSweep} for
 * what a case is, and {@link HostileRun} for what is done with it.
 *
 * <p>By default a few of the first bits of the first parts of each kind are flipped, a few of all bits of all parts, and a few files are damaged
 * at random; with {@code -Dashlar.long=true} all of the first, and 20,000 each of the others.
 *
 * <p>A part of a long run is chosen with {@code -Dashlar.first=N -Dashlar.count=N}; each case has a number, and is the same in each run.
 */
final class HostileFilesTest {
    private static final long FIRST_RANDOM = 1_000_000;
    private static final int MOST_RESTARTS = 20;

    /** So long without a word, and a child hangs. A case takes some 50 ms. */
    private static final int PATIENCE_SECONDS = 120;

    private static final String END = "end of output";

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final List<String> defects = new ArrayList<>();
    private long done;

    /** Runs cases in a child, and in another one from the next case on when one has ended it. */
    private void sweep(final long first, final long count, final long step) {
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

    private long follow(final Process child, final long first, final long step)
            throws IOException, InterruptedException {
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

    private void assertNoDefects() {
        assertEquals(
                List.of(),
                defects,
                () ->
                        "run one again with -Dtest=HostileFilesTest#aRangeOfCases -Dashlar.first=<case> -Dashlar.count=1");
        System.out.println("| damaged files | `-Dtest=HostileFilesTest` | " + done + " files in this run | nothing |");
    }

    @Test
    void bitFlipsOfWhatIsSmallAndVitalDoNoHarm() {
        final int all = new HostileSweep(folder).flips();
        final int step = TestStores.LONG ? 1 : all / 90;
        sweep(0, all / step, step);
        assertTrue(done >= Math.min(all, 90) || !defects.isEmpty(), () -> "only " + done);
        assertNoDefects();
    }

    /** Evenly spread over 18.8 million; each of them is a case of {@link #aRangeOfCases}. */
    @Test
    void bitFlipsOfEveryPartDoNoHarm() {
        final long all = new HostileSweep(folder).allFlips();
        final long step = all / (TestStores.LONG ? 20_000 : 60);
        sweep(-all, all / step, step);
        assertTrue(done >= 60 || !defects.isEmpty(), () -> "only " + done);
        assertNoDefects();
    }

    @Test
    void randomDamageDoesNoHarm() {
        sweep(FIRST_RANDOM, TestStores.LONG ? 20_000 : 110, 1);
        assertNoDefects();
    }

    /** What a long run is made of, part by part; one case by default. */
    @Test
    void aRangeOfCases() {
        sweep(Long.getLong("ashlar.first", FIRST_RANDOM), Long.getLong("ashlar.count", 1), 1);
        assertNoDefects();
    }

    /** A check of the check: what a case is refused for is told with its number. */
    @Test
    void aCaseThatEndsTheJvmIsTold() throws IOException, InterruptedException {
        final Process child = new ProcessBuilder("sh", "-c", "echo " + HostileSweep.CASE + "7; exit 3").start();
        assertEquals(8, follow(child, 5, 1));
        assertEquals(1, defects.size());
        assertTrue(defects.get(0).startsWith("case 7 has ended the JVM, exit code 3"), defects.get(0));
    }
}
