package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A million damaged files, in parts of 500 that go on where they were stopped: see {@link LongSetParts}. The first cases are the flips of each bit of
 * what is small and vital, all others random damage. Prints a row for the table in the README at its end. Surefire does not run it of itself:
 *
 * <pre>
 * mvn -pl kv-engine -am test -Dtest=HostileLongSet -Dashlar.hostile.parts=1-2020 -Dashlar.hostile.minutes=60 -Dashlar.hostile.progress=/var/tmp/files
 * </pre>
 *
 * <p>Without the properties: parts 1 to 2,020, no limit of time, {@code target/hostile-long-set}. A case is the same in each run.
 */
final class HostileLongSet {
    private static final long CASES_OF_A_PART = 500;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final LongSetParts parts = new LongSetParts(HostileLongSet.class, "hostile", "1-2020");

    @Test
    void noDamageDoesHarm() throws Exception {
        final long flips = new HostileSweep(folder).flips();
        final List<Long> failed = parts.run(2, (part, counts) -> run(part, counts, flips));
        System.out.println(row());
        assertEquals(List.of(), failed, parts::found);
    }

    private void run(final long part, final long[] counts, final long flips) {
        final long first = (part - 1) * CASES_OF_A_PART;
        final HostileChildren children = new HostileChildren(folder);
        children.sweep(first, CASES_OF_A_PART, 1);
        counts[0] = Math.min(children.done(), Math.max(0, flips - first));
        counts[1] = children.done() - counts[0];
        assertEquals(List.of(), children.defects(), HostileChildren::repeat);
    }

    private String row() {
        return String.format(
                Locale.ROOT,
                "| damaged files | `-Dtest=HostileLongSet` | %,d bit flips, %,d random ones | %s |",
                parts.total(0),
                parts.total(1),
                parts.found());
    }
}
