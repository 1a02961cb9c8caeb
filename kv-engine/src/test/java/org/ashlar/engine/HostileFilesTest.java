package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
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
 * <p>Cases are chosen with {@code -Dashlar.first=N -Dashlar.count=N}; each has a number, and is the same in each run. {@link HostileLongSet} runs
 * the flips of first bits, and as many random ones as there is time for.
 */
final class HostileFilesTest {
    private static final long FIRST_RANDOM = 1_000_000;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private HostileChildren children;

    @BeforeEach
    void begin() {
        children = new HostileChildren(folder);
    }

    private void assertNoDefects() {
        assertEquals(List.of(), children.defects(), HostileChildren::repeat);
    }

    @Test
    void bitFlipsOfWhatIsSmallAndVitalDoNoHarm() {
        final int all = new HostileSweep(folder).flips();
        final int step = TestStores.LONG ? 1 : all / 90;
        children.sweep(0, all / step, step);
        assertTrue(
                children.done() >= Math.min(all, 90) || !children.defects().isEmpty(), () -> "only " + children.done());
        assertNoDefects();
    }

    /** Evenly spread over 18.8 million; each of them is a case of {@link #aRangeOfCases}. */
    @Test
    void bitFlipsOfEveryPartDoNoHarm() {
        final long all = new HostileSweep(folder).allFlips();
        final long step = all / (TestStores.LONG ? 20_000 : 60);
        children.sweep(-all, all / step, step);
        assertTrue(children.done() >= 60 || !children.defects().isEmpty(), () -> "only " + children.done());
        assertNoDefects();
    }

    @Test
    void randomDamageDoesNoHarm() {
        children.sweep(FIRST_RANDOM, TestStores.LONG ? 20_000 : 110, 1);
        assertNoDefects();
    }

    /** For one case again, or some; the first random one by default. */
    @Test
    void aRangeOfCases() {
        children.sweep(Long.getLong("ashlar.first", FIRST_RANDOM), Long.getLong("ashlar.count", 1), 1);
        assertNoDefects();
    }

    /** A check of the check: what a case is refused for is told with its number. */
    @Test
    void aCaseThatEndsTheJvmIsTold() throws IOException, InterruptedException {
        final Process child = new ProcessBuilder("sh", "-c", "echo " + HostileSweep.CASE + "7; exit 3").start();
        assertEquals(8, children.follow(child, 5, 1));
        final List<String> defects = children.defects();
        assertEquals(1, defects.size());
        assertTrue(defects.get(0).startsWith("case 7 has ended the JVM, exit code 3"), defects.get(0));
    }
}
