package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The long set: every workload with many seeds, seed after seed, each a part of its own. A part that has ended is a line of the progress
 * file, and is not run again; so the set can be stopped at any time, and the same command goes on with it. Surefire does not run it of
 * itself, as its name does not end as those of tests do:
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

    private final TestReporter reporter;
    private final Path progress = Path.of(System.getProperty("ashlar.sim.progress", "target/crash-long-set"));

    CrashLongSet(final TestReporter reporter) {
        this.reporter = reporter;
    }

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
        for (final long seed : Replay.seeds(SEEDS, SEEDS).toArray()) {
            for (final Workload workload : workloads()) {
                final boolean isDue = only == null
                        ? System.nanoTime() - start < limit && !ended.contains(workload.name + " " + seed)
                        : only.equals(workload.name);
                if (isDue) {
                    run(workload, seed, failures);
                }
            }
        }
        reporter.publishEntry(summary());
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

    private String summary() throws IOException {
        final Set<String> seeds = new HashSet<>();
        final Map<String, Long> images = new HashMap<>();
        long kills = 0;
        long failed = 0;
        final List<String[]> lines = lines();
        for (final String[] part : lines) {
            seeds.add(part[2]);
            images.merge(part[1], Long.parseLong(part[3]), Long::sum);
            kills += Long.parseLong(part[4]);
            failed += part[0].equals(FAILED) ? 1 : 0;
        }
        return images.values().stream().mapToLong(Long::longValue).sum() + " crash images, " + kills
                + " of them of killed processes, " + seeds.size() + " seeds, " + lines.size() + " runs of "
                + images.size() + " workloads, " + failed + " failed";
    }
}
