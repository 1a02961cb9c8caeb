package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.ashlar.engine.crash.MutationReport.Outcome;
import org.ashlar.pmem.sim.Mutants;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.ashlar.pmem.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Leaves out one write-back, one fence, or the order of one release store after the other: the crash tests must notice each time. The quick
 * set is of the places that short workloads pass and the tests of what a killed process leaves; the full one, {@code -Dashlar.long=true}, of those
 * that any workload or any test of one thing passes. The full one also tries, with a few tests each, those that need not be noticed: a reason
 * may be wrong. Workloads of several threads are left out, as they take minutes and pass no other places.
 *
 * <p>{@code -Dashlar.sim.seed} says with which seeds workloads run. A mutant that has been tried is a line of the file that {@code
 * -Dashlar.sim.progress} names, and is not tried again: so a set that was stopped, or has had its {@code -Dashlar.sim.minutes}, goes on, for as
 * long as the code stays as it is. At its end it prints a row for the table in the README; the report is in {@code
 * target/persistence-mutants.txt} and {@code .json}.
 */
@Tag("simulator")
final class PersistenceMutationTest {
    /** Images of them are hardly crashed again, as that takes long; one of the tests that may notice does so. */
    private static final List<Profile> SHORT = List.of(
            EngineProfiles.everyFence().withCrashes(Profile.EVERY_FENCE, 4, 1_000),
            EngineProfiles.churn().withName("short churn").withCompactions(0).withOperations(0, 50));

    /** What a killed process leaves, which short workloads do not come to. */
    private static final List<String> OF_KILLED =
            List.of("ChunkTableCrashTest, chunk word", "SettledSpansTest", "RecycledIndexChunkCrashTest");

    private static final int TRIED_AGAINST_REASON = 5;

    private final TestReporter reporter;

    PersistenceMutationTest(final TestReporter reporter) {
        this.reporter = reporter;
    }

    @AfterEach
    void leaveNothingOut() {
        Mutants.leaveOut(null);
        Mutants.end();
    }

    @Test
    void whateverIsLeftOutIsMissed() {
        final long start = System.nanoTime();
        final long limit = TimeUnit.MINUTES.toNanos(Long.getLong("ashlar.sim.minutes", Integer.MAX_VALUE));
        final boolean isFull = Boolean.getBoolean("ashlar.long");
        final List<Profile> profiles = new ArrayList<>(SHORT);
        if (isFull) {
            EngineProfiles.all().stream().filter(p -> p.threads() == 1).forEach(profiles::add);
        }
        final long[] seeds = Seeds.of(2, 2).toArray();
        final MutantCatchers catchers = new MutantCatchers(profiles, seeds);
        final List<String> noted = new ArrayList<>(isFull ? catchers.ofOneThing() : OF_KILLED);
        profiles.forEach(profile -> noted.add(MutantCatchers.nameOf(profile, seeds[0])));
        final NavigableSet<Mutant> mutants = placesOf(profiles, catchers, noted);
        assertTrue(mutants.size() > 20, mutants::toString);

        final Map<Mutant, String> unnecessary = unnecessaryOf(mutants);
        final List<Mutant> order = new ArrayList<>(mutants);
        order.removeAll(unnecessary.keySet());
        order.addAll(unnecessary.keySet());
        final MutationReport report =
                new MutationReport(isFull ? "full set" : "quick set", System.getProperty("ashlar.sim.progress"));
        final List<String> surprises = new ArrayList<>();
        int due = order.size();
        for (final Mutant mutant : order) {
            final String reason = unnecessary.get(mutant);
            if (!report.recall(mutant)) {
                if (System.nanoTime() - start >= limit) {
                    continue;
                }
                final int most = reason == null ? Integer.MAX_VALUE : isFull ? TRIED_AGAINST_REASON : 0;
                final String by = catchers.noticedBy(mutant, most);
                if (by != null) {
                    report.add(mutant, Outcome.CAUGHT, by);
                } else if (reason != null) {
                    report.add(mutant, Outcome.UNNECESSARY, reason);
                } else {
                    report.add(mutant, Outcome.LEFT, "");
                }
            }
            due--;
            if (report.outcomeOf(mutant) != (reason == null ? Outcome.CAUGHT : Outcome.UNNECESSARY)) {
                surprises.add(mutant + " " + report.outcomeOf(mutant));
            }
        }
        reporter.publishEntry(report.summary());
        System.out.println(report.row(
                "mvn test -pl kv-engine -am -Dtest=PersistenceMutationTest" + (isFull ? " -Dashlar.long=true" : ""),
                due));
        assertEquals(List.of(), surprises, "not caught, or caught though a reason says that it does no harm");
    }

    /** In the order of the places. */
    private static Map<Mutant, String> unnecessaryOf(final NavigableSet<Mutant> mutants) {
        final Map<Mutant, String> unnecessary = new LinkedHashMap<>();
        String last = "";
        int number = 0;
        for (final Mutant mutant : mutants) {
            final String method = mutant.kind() + " " + mutant.method();
            number = method.equals(last) ? number + 1 : 1;
            last = method;
            final String reason = UnnecessaryPersistence.reasonFor(mutant, number);
            if (reason != null) {
                unnecessary.put(mutant, reason);
            }
        }
        return unnecessary;
    }

    /** What is passed by the tests of these names, and by the workloads when many readers come by. */
    private static NavigableSet<Mutant> placesOf(
            final List<Profile> profiles, final MutantCatchers catchers, final Iterable<String> names) {
        Mutants.begin();
        for (final Profile profile : profiles) {
            MutantCatchers.run(profile.withCrashes(0, 1, 1_000).withReaders(4), 1);
        }
        final NavigableSet<Mutant> places = new TreeSet<>(Mutants.end());
        for (final String name : names) {
            places.addAll(catchers.placesOf(name));
        }
        return places;
    }
}
