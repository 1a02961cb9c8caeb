package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand kills of processes that write, in parts that go on where they were stopped: see {@link LongSetParts}. Prints a row for the table in
 * the README at its end. Surefire does not run it of itself:
 *
 * <pre>
 * mvn -pl kv-engine -am test -Dtest=KillLongSet -Dashlar.kill.parts=1-500 -Dashlar.kill.minutes=60 -Dashlar.kill.progress=/var/tmp/kills
 * </pre>
 *
 * <p>Without the properties: parts 1 to 500, no limit of time, {@code target/kill-long-set}. What is written and when it is killed follows from
 * the part's number; where exactly the kill meets the process does not.
 */
final class KillLongSet {
    private static final int LIVES = 9;
    private static final int ASYNC_LIVES = 3;
    private static final long LIVES_OF_A_PART = 200;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @TempDir(factory = DiskFolder.class)
    Path disk;

    private final LongSetParts parts = new LongSetParts(KillLongSet.class, "kill", "1-500");

    @Test
    void noKillLosesAnything() throws Exception {
        final List<Long> failed = parts.run(2, this::run);
        System.out.println(row());
        assertEquals(List.of(), failed, parts::found);
    }

    private void run(final long part, final long[] counts) throws IOException, InterruptedException {
        final SplittableRandom random = new SplittableRandom(part);
        final KillRun run = new KillRun(folder, part * LIVES_OF_A_PART);
        final KillRun async = new KillRun(disk, part * LIVES_OF_A_PART + LIVES_OF_A_PART / 2, KillRun.AT_ONCE);
        try {
            run.killOverGenerations(LIVES, random);
            run.killAtChosenPoints(folder.resolve("chosen"), random);
            run.killAtPlaces(random);
            async.killOverGenerations(ASYNC_LIVES, random);
        } finally {
            counts[0] = run.kills() + async.kills();
            counts[1] = run.acknowledged() + async.acknowledged();
            empty(folder);
            empty(disk);
        }
    }

    private static void empty(final Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
    }

    private String row() {
        return String.format(
                Locale.ROOT,
                "| processes killed while they write | `-Dtest=KillLongSet` | %,d kills, %,d acknowledged operations before them | %s |",
                parts.total(0),
                parts.total(1),
                parts.found());
    }
}
