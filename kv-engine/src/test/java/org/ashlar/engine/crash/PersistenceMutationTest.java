package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.engine.JudgeDurabilityTest;
import org.ashlar.engine.SplitMarksTest;
import org.ashlar.kv.Placement;
import org.ashlar.pmem.sim.WriteBackSites;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Leaves out the write-backs of one place in the code after another: the crash tests must notice each time. The quick run does so
 * for the places that a short workload passes, {@code -Dashlar.long=true} for those of all workloads.
 */
@Tag("simulator")
final class PersistenceMutationTest {
    /** Places whose write-back can be missed without harm, each with the reason. */
    private static final Map<String, String> NOT_MISSED = Map.of(
            "Chunks.settle",
                    "not proved unnecessary: no workload here loses the word of a chunk that a killed process took, alone,"
                            + " while a later word is durable and the search for the high-water mark lands on it",
            "MapCore.saveCount", "a count that is lost is counted again",
            "Superblock.begin",
                    "the magic is in the same line and is stored later, with release, so it never vouches for less",
            "Superblock.finish",
                    "the first map's incarnation is in the magic's line and is persisted before the map is",
            "Chunks.zeroPageHeads",
                    "without it, pages of a recycled index chunk may look damaged after a crash, and are kept out of use until"
                            + " verify has told",
            "Leaf.durableForward",
                    "what a writer acknowledges in a child whose forward word is not durable: needs two writers, and the"
                            + " simulator has one",
            "LeafSplit.commit",
                    "the directory names the children durably before anything is acknowledged in them, unless it has"
                            + " no room to grow: a full pool, which these workloads do not reach");

    private static final Profile SHORT =
            EngineProfiles.churn().withCompactions(0).withOperations(0, 50);

    private final TestReporter reporter;

    PersistenceMutationTest(final TestReporter reporter) {
        this.reporter = reporter;
    }

    @AfterEach
    void leaveNothingOut() {
        WriteBackSites.leaveOut(null);
    }

    @Test
    void everyWriteBackIsMissedWhenItIsLeftOut() {
        final boolean isLong = Boolean.getBoolean("ashlar.long");
        final List<Profile> profiles = isLong ? EngineProfiles.all() : List.of(SHORT);
        final int seeds = isLong ? 4 : 2;
        WriteBackSites.begin();
        for (final Profile profile : profiles) {
            run(profile, 1);
        }
        final Set<String> sites = WriteBackSites.seen().keySet();
        assertTrue(sites.size() > 8, sites::toString);
        final List<String> survivors = new ArrayList<>();
        for (final String site : sites) {
            WriteBackSites.leaveOut(site);
            final boolean caught = isCaught(profiles, seeds);
            final boolean excused = NOT_MISSED.containsKey(site.substring(0, site.indexOf(':')));
            reporter.publishEntry(site, caught ? "caught" : excused ? "not missed" : "SURVIVED");
            if (!caught && !excused) {
                survivors.add(site);
            }
        }
        assertEquals(List.of(), survivors, "nobody noticed that these write-backs were left out");
    }

    private static boolean isCaught(final List<Profile> profiles, final int seeds) {
        for (int seed = 1; seed <= seeds; seed++) {
            for (final Profile profile : profiles) {
                try {
                    run(profile, seed);
                } catch (final AssertionError e) {
                    return true;
                }
            }
        }
        return !JudgeDurabilityTest.isDurableAfterJudging()
                || !SplitMarksTest.areMarksDurable()
                || !KilledWriterCrashTest.loseNothing();
    }

    private static void run(final Profile profile, final long seed) {
        new CrashRun(new EngineSubject(Placement.POOL, profile.chunks()), profile, seed, "PersistenceMutationTest")
                .run();
    }
}
