package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.ashlar.engine.SettledSpansTest;
import org.ashlar.engine.crash.MutationReport.Outcome;
import org.ashlar.pmem.sim.Mutants;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Leaves out one write-back, one fence, or the order of one release store after the other: the crash tests must notice each time. The
 * quick run does so for what short workloads pass and the tests of what a killed process leaves, {@code -Dashlar.long=true} for what all
 * workloads pass, and it tries those too that need not be noticed: hours. {@code -Dashlar.sim.seed} says with which seeds. The report is in
 * {@code target/persistence-mutants.txt} and {@code .json}.
 */
@Tag("simulator")
final class PersistenceMutationTest {
    /** Images of them are hardly crashed again, as that takes long; one of the tests that may notice does so. */
    private static final List<Profile> SHORT = List.of(
            EngineProfiles.everyFence().withCrashes(Profile.EVERY_FENCE, 4, 1_000),
            EngineProfiles.churn().withName("short churn").withCompactions(0).withOperations(0, 50));

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
        final boolean isLong = Boolean.getBoolean("ashlar.long");
        final List<Profile> profiles = new ArrayList<>(SHORT);
        if (isLong) {
            profiles.addAll(EngineProfiles.all());
        }
        final MutantCatchers catchers =
                new MutantCatchers(profiles, Replay.seeds(2, 4).toArray());
        final NavigableSet<Mutant> mutants = mutantsOf(profiles);
        assertTrue(mutants.size() > 20, mutants::toString);
        final MutationReport report = new MutationReport(isLong ? "long" : "quick");
        final List<String> news = new ArrayList<>();
        String last = "";
        int number = 0;
        for (final Mutant mutant : mutants) {
            final String method = mutant.kind() + " " + mutant.method();
            number = method.equals(last) ? number + 1 : 1;
            last = method;
            final String unnecessary = UnnecessaryPersistence.reasonFor(mutant, number);
            final String open = UnnecessaryPersistence.whyLeft(mutant, number);
            final String by = isLong || unnecessary == null ? catchers.noticedBy(mutant) : null;
            if (by != null) {
                report.add(mutant, Outcome.CAUGHT, by);
            } else if (unnecessary != null) {
                report.add(mutant, Outcome.UNNECESSARY, unnecessary);
            } else {
                report.add(mutant, Outcome.LEFT, open == null ? "" : open);
                if (open == null) {
                    news.add(mutant.toString());
                }
            }
            report.write();
        }
        report.write();
        reporter.publishEntry(report.summary());
        assertEquals(List.of(), news, "nobody noticed that these were left out");
    }

    /** What the workloads pass, and the tests of what a killed process leaves, which short workloads do not come to. */
    private static NavigableSet<Mutant> mutantsOf(final List<Profile> profiles) {
        Mutants.begin();
        for (final Profile profile : profiles) {
            MutantCatchers.run(profile.withCrashes(0, 1, 1_000).withReaders(4), 1);
            MutantCatchers.run(profile, 1);
        }
        assertTrue(ChunkTableCrashTest.keepsChunkWords());
        assertTrue(SettledSpansTest.areDurableWhenTouched());
        assertTrue(RecycledIndexChunkCrashTest.leaksNothing());
        return Mutants.end();
    }
}
