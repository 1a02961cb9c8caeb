package org.ashlar.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand kills of processes that write, in parts: each part is a line of the progress file when it has ended, and is not run again. Prints
 * a row for the table in the README at its end. Surefire does not run it of itself:
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
    private static final long LIVES_OF_A_PART = 100;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @TempDir(factory = DiskFolder.class)
    Path disk;

    private final Path progress = Path.of(System.getProperty("ashlar.kill.progress", "target/kill-long-set"));

    @Test
    void noKillLosesAnything() throws Exception {
        final long start = System.nanoTime();
        final long limit = TimeUnit.MINUTES.toNanos(Long.getLong("ashlar.kill.minutes", Integer.MAX_VALUE));
        final String[] parts = System.getProperty("ashlar.kill.parts", "1-500").split("-", 2);
        final Set<String> ended = new HashSet<>();
        lines().forEach(line -> ended.add(line[0]));
        for (long part = Long.parseLong(parts[0]); part <= Long.parseLong(parts[parts.length - 1]); part++) {
            if (System.nanoTime() - start < limit && !ended.contains(Long.toString(part))) {
                run(part);
            }
        }
        System.out.println(row());
    }

    private void run(final long part) throws IOException, InterruptedException {
        final SplittableRandom random = new SplittableRandom(part);
        final KillRun run = new KillRun(folder, part * LIVES_OF_A_PART);
        run.killOverGenerations(LIVES, random);
        run.killAtChosenPoints(folder.resolve("chosen"), random);
        final KillRun async = new KillRun(disk, part * LIVES_OF_A_PART + LIVES_OF_A_PART / 2, KillRun.AT_ONCE);
        async.killOverGenerations(ASYNC_LIVES, random);
        empty(folder);
        empty(disk);
        Files.writeString(
                progress,
                part + " " + (run.kills() + async.kills()) + " " + (run.acknowledged() + async.acknowledged()) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static void empty(final Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (final Path file : files) {
                Files.delete(file);
            }
        }
    }

    private List<String[]> lines() throws IOException {
        return Files.exists(progress)
                ? Files.readAllLines(progress).stream()
                        .map(line -> line.split(" "))
                        .toList()
                : List.of();
    }

    private String row() throws IOException {
        long kills = 0;
        long acknowledged = 0;
        for (final String[] part : lines()) {
            kills += Long.parseLong(part[1]);
            acknowledged += Long.parseLong(part[2]);
        }
        return String.format(
                Locale.ROOT,
                "| processes killed while they write | `-Dtest=KillLongSet` | %,d kills, %,d acknowledged operations before them | nothing |",
                kills,
                acknowledged);
    }
}
