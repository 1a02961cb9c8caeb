package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.pmem.sim.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The long set: every workload with many seeds, each a part of its own. First each seed is run with one workload, then each with the next
 * one, so that a set that is stopped early has tried many of both. A part that has ended is a line of the progress file, and is not run
 * again; so the set can be stopped at any time, and the same command goes on with it. At its end it prints a row for the table in the README.
 * Processes may share a progress file when their seeds differ. Surefire does not run it of itself, as its name does not end as those of tests do:
 *
 * <pre>
 * mvn -pl kv-engine -am test -Dtest=CrashLongSet -Dashlar.sim.seed=1-200 -Dashlar.sim.minutes=60 -Dashlar.sim.progress=/var/tmp/crash
 * </pre>
 *
 * <p>Without the properties: seeds 1 to 200, no limit of time, {@code target/crash-long-set}. {@code ashlar.sim.workload} runs one
 * workload alone, whether it was run or not.
 */
@Tag("simulator")
final class CrashLongSet {
    private static final int SEEDS = 200;
    private static final String WORKLOAD = "ashlar.sim.workload";
    private static final String DONE = "done";
    private static final String FAILED = "FAILED";

    private final Path progress = Path.of(System.getProperty("ashlar.sim.progress", "target/crash-long-set"));

    /** A workload on a store of one kind. */
    private record Workload(String name, Subject subject, Profile profile) {
        Workload(final Profile profile, final Placement placement, final Durability durability) {
            this(
                    (profile.name() + " " + placement + " " + durability)
                            .replace(", ", "-")
                            .replace(' ', '-'),
                    new EngineSubject(placement, profile.chunks(), durability),
                    profile);
        }
    }

    private static List<Workload> workloads() {
        final List<Workload> all = new ArrayList<>();
        for (final Profile profile : EngineProfiles.all()) {
            all.add(new Workload(profile, Placement.POOL, Durability.WRITE_BACK_FORCED));
            all.add(new Workload(profile, Placement.DRAM, Durability.POWER_FAILURE));
        }
        all.add(new Workload(EngineProfiles.churn(), Placement.DRAM, Durability.WRITE_BACK_FORCED));
        return all;
    }

    @Test
    void noSeedOfAnyWorkloadLosesAnything() throws IOException {
        final long start = System.nanoTime();
        final long limit = TimeUnit.MINUTES.toNanos(Long.getLong("ashlar.sim.minutes", Integer.MAX_VALUE));
        final String only = System.getProperty(WORKLOAD);
        final Set<String> ended = only == null ? endedParts() : Set.of();
        final List<String> failures = new ArrayList<>();
        final List<Workload> workloads = workloads();
        final long[] seeds = Seeds.of(SEEDS, SEEDS).toArray();
        for (int round = 0; round < workloads.size(); round++) {
            for (final long seed : seeds) {
                final Workload workload = workloads.get((int) ((seed + round) % workloads.size()));
                final boolean isDue = only == null
                        ? System.nanoTime() - start < limit && !ended.contains(workload.name + " " + seed)
                        : only.equals(workload.name);
                if (isDue) {
                    run(workload, seed, failures);
                }
            }
        }
        System.out.println(row());
        assertEquals(List.of(), failures);
    }

    private void run(final Workload workload, final long seed, final List<String> failures) throws IOException {
        final String command =
                "CrashLongSet' -D" + WORKLOAD + "='" + workload.name; // between the quotes of a test's name
        final CrashRun run = new CrashRun(workload.subject, workload.profile, seed, command);
        String outcome = DONE;
        try {
            run.run();
        } catch (final AssertionError e) {
            outcome = FAILED;
            failures.add(workload.name + " " + e.getMessage());
            append(progress.resolveSibling(progress.getFileName() + "-failures"), workload.name + " " + e.getMessage());
        }
        append(
                progress,
                String.join(
                        " ",
                        outcome,
                        workload.name,
                        Long.toString(seed),
                        Long.toString(run.images()),
                        Long.toString(run.kills())));
    }

    private static void append(final Path file, final String line) throws IOException {
        Files.writeString(
                file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String[]> lines() throws IOException {
        if (!Files.exists(progress)) {
            return List.of();
        }
        return Files.readAllLines(progress).stream()
                .map(line -> line.split(" "))
                .toList();
    }

    /** Those that failed are run again. */
    private Set<String> endedParts() throws IOException {
        final Set<String> ended = new HashSet<>();
        for (final String[] part : lines()) {
            if (part[0].equals(DONE)) {
                ended.add(part[1] + " " + part[2]);
            }
        }
        return ended;
    }

    /** What has been run until now, in this process and in others before it. */
    private String row() throws IOException {
        final Set<String> seeds = new TreeSet<>();
        final Set<String> workloads = new TreeSet<>();
        final Set<String> failed = new TreeSet<>();
        long images = 0;
        long kills = 0;
        final List<String[]> lines = lines();
        for (final String[] part : lines) {
            final String name = part[1] + " " + part[2];
            workloads.add(part[1]);
            seeds.add(part[2]);
            images += Long.parseLong(part[3]);
            kills += Long.parseLong(part[4]);
            if (part[0].equals(FAILED)) {
                failed.add(name);
            } else {
                failed.remove(name);
            }
        }
        return String.format(
                Locale.ROOT,
                "| crash images | `-Dtest=CrashLongSet` | %,d images, %,d of them of killed processes, in %,d runs of %d workloads, %d seeds"
                        + " | %s |",
                images,
                kills,
                lines.size(),
                workloads.size(),
                seeds.size(),
                failed.isEmpty() ? "nothing" : "failures left: " + failed);
    }
}
