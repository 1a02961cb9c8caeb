package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.function.BooleanSupplier;
import org.ashlar.engine.JudgeDurabilityTest;
import org.ashlar.engine.SplitMarksTest;
import org.ashlar.engine.TwoWritersTest;
import org.ashlar.engine.crash.MutationReport.Outcome;
import org.ashlar.kv.Placement;
import org.ashlar.pmem.sim.Mutants;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Leaves out one write-back, one fence, or the order of one release store after the other: the crash tests must notice each time. The
 * quick run does so for what a short workload passes, {@code -Dashlar.long=true} for what all workloads pass. The report is in {@code
 * target/persistence-mutants.txt} and {@code .json}.
 */
@Tag("simulator")
final class PersistenceMutationTest {
    private static final List<Profile> SHORT = List.of(
            EngineProfiles.everyFence(),
            EngineProfiles.churn().withCompactions(0).withOperations(0, 50));

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
        final List<Profile> profiles = isLong ? EngineProfiles.all() : SHORT;
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
            final String by =
                    isLong || (unnecessary == null && open == null) ? caughtBy(mutant, profiles, isLong ? 4 : 2) : null;
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

    private static NavigableSet<Mutant> mutantsOf(final List<Profile> profiles) {
        Mutants.begin();
        for (final Profile profile : profiles) {
            run(profile.withCrashes(0, 1, 1_000).withReaders(4), 1);
            run(profile, 1);
        }
        return Mutants.end();
    }

    /** The test that notices, or null. */
    private static @Nullable String caughtBy(final Mutant mutant, final List<Profile> profiles, final int seeds) {
        Mutants.leaveOut(mutant);
        try {
            return firstThatNotices(profiles, seeds);
        } finally {
            Mutants.leaveOut(null);
        }
    }

    private static @Nullable String firstThatNotices(final List<Profile> profiles, final int seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            for (final Profile profile : profiles) {
                try {
                    run(profile, seed);
                } catch (final AssertionError e) {
                    return profile.name() + ", seed " + seed;
                }
            }
        }
        final Map<String, BooleanSupplier> others = new LinkedHashMap<>();
        others.put("JudgeDurabilityTest", JudgeDurabilityTest::isDurableAfterJudging);
        others.put("SplitMarksTest", SplitMarksTest::areMarksDurable);
        others.put("TwoWritersTest", TwoWritersTest::loseNothing);
        others.put("KnownCountCrashTest", KnownCountCrashTest::countsRight);
        others.put("KilledWriterCrashTest", KilledWriterCrashTest::loseNothing);
        for (final Map.Entry<String, BooleanSupplier> other : others.entrySet()) {
            if (!other.getValue().getAsBoolean()) {
                return other.getKey();
            }
        }
        return null;
    }

    private static void run(final Profile profile, final long seed) {
        new CrashRun(new EngineSubject(Placement.POOL, profile.chunks()), profile, seed, "PersistenceMutationTest")
                .run();
    }
}
