package org.ashlar.engine.crash;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.ashlar.engine.JudgeDurabilityTest;
import org.ashlar.engine.ReplacedWordsTest;
import org.ashlar.engine.SettledSpansTest;
import org.ashlar.engine.SplitMarksTest;
import org.ashlar.engine.TwoWritersTest;
import org.ashlar.kv.Placement;
import org.ashlar.kv.StoreException;
import org.ashlar.pmem.sim.Mutants;
import org.ashlar.pmem.sim.Mutants.Mutant;
import org.jspecify.annotations.Nullable;

/** The tests that may notice a mutant: the one that did so last is tried first, then the workloads, then the tests of one thing each. */
final class MutantCatchers {
    /** By method, the tests that noticed last what was left out there, where that is not the first workload. A wrong one costs time only. */
    private static final Map<String, List<String>> LAST = Map.ofEntries(
            Map.entry("MapCore.invalidateCountOnce", List.of("KnownCountCrashTest")),
            Map.entry("MapCore.move", List.of("every fence twice, seed 1")),
            Map.entry("Chunks.publish", List.of("ChunkTableCrashTest, large record")),
            Map.entry("Chunks.settle", List.of("SettledSpansTest", "ChunkTableCrashTest, chunk word")),
            Map.entry("Chunks.zeroPageHeads", List.of("RecycledIndexChunkCrashTest")),
            Map.entry("IndexJudge.lineRefersTo", List.of("JudgeDurabilityTest")),
            Map.entry("FirstTouch.settleLine", List.of("FirstTouchCrashTest, reads")),
            Map.entry("IndexContext.settle", List.of("FirstTouchCrashTest, puts")),
            Map.entry("LeafWalk.collect", List.of("IndexGrowthCrashTest, iteration")),
            Map.entry("LeafSplit.findRoom", List.of("IndexGrowthCrashTest, reads")),
            Map.entry("LeafSplit.makeOverflowRoom", List.of("IndexGrowthCrashTest, reads", "IndexGrowthCrashTest")),
            Map.entry("LeafSplit.writeOverflow", List.of("IndexGrowthCrashTest")),
            Map.entry("LeafSplit.split", List.of("SplitMarksTest", "IndexGrowthCrashTest")),
            Map.entry("LeafSplit.commit", List.of("IndexGrowthCrashTest")),
            Map.entry("Leaf.durableForward", List.of("TwoWritersTest")),
            Map.entry("Directory.writeRoot", List.of("IndexGrowthCrashTest")),
            Map.entry("Directory.writeSegment", List.of("IndexGrowthCrashTest")),
            Map.entry("Directory.publishRoot", List.of("IndexGrowthCrashTest")));

    private final Map<String, BooleanSupplier> workloads = new LinkedHashMap<>();
    private final Map<String, BooleanSupplier> others = new LinkedHashMap<>();

    /**
     * Lists them.
     *
     * @param seeds with how many each workload is run
     */
    MutantCatchers(final List<Profile> profiles, final long[] seeds) {
        for (final long seed : seeds) {
            for (final Profile profile : profiles) {
                workloads.put(profile.name() + ", seed " + seed, () -> {
                    run(profile, seed);
                    return true;
                });
            }
        }
        workloads.put("every fence twice, seed 1", () -> {
            run(EngineProfiles.everyFence(), 1);
            return true;
        });
        others.put("SettledSpansTest", SettledSpansTest::areDurableWhenTouched);
        others.put("JudgeDurabilityTest", JudgeDurabilityTest::isDurableAfterJudging);
        others.put("SplitMarksTest", SplitMarksTest::areMarksDurable);
        others.put("KnownCountCrashTest", KnownCountCrashTest::countsRight);
        others.put("FirstTouchCrashTest, reads", FirstTouchCrashTest::takesNothingBack);
        others.put("FirstTouchCrashTest, puts", FirstTouchCrashTest::losesNothing);
        others.put("TwoWritersTest", TwoWritersTest::loseNothing);
        others.put("ReplacedWordsTest, reuse", ReplacedWordsTest::keepPagesOut);
        others.put("ReplacedWordsTest, put", ReplacedWordsTest::loseNothing);
        others.put("ChunkTableCrashTest, large record", ChunkTableCrashTest::keepsOrderOfWords);
        others.put("ChunkTableCrashTest, chunk word", ChunkTableCrashTest::keepsChunkWords);
        others.put("ChunkTableCrashTest, span word", ChunkTableCrashTest::keepsSpanWords);
        others.put("RecycledIndexChunkCrashTest", RecycledIndexChunkCrashTest::leaksNothing);
        others.put("IndexGrowthCrashTest", IndexGrowthCrashTest::losesNothing);
        others.put("IndexGrowthCrashTest, reads", IndexGrowthCrashTest::takesNothingBack);
        others.put("IndexGrowthCrashTest, iteration", IndexGrowthCrashTest::walksDurably);
        others.put("KilledWriterCrashTest", KilledWriterCrashTest::loseNothing);
    }

    /** Runs a workload, with all its crashes. */
    static void run(final Profile profile, final long seed) {
        new CrashRun(new EngineSubject(Placement.POOL, profile.chunks()), profile, seed, "PersistenceMutationTest")
                .run();
    }

    /** The test that notices what is left out; null where none does. */
    @Nullable String noticedBy(final Mutant mutant) {
        Mutants.leaveOut(mutant);
        try {
            for (final Map.Entry<String, BooleanSupplier> test : inOrder(mutant).entrySet()) {
                if (!passes(test.getValue())) {
                    return test.getKey();
                }
            }
            return null;
        } finally {
            Mutants.leaveOut(null);
        }
    }

    private Map<String, BooleanSupplier> inOrder(final Mutant mutant) {
        final Map<String, BooleanSupplier> all = new LinkedHashMap<>();
        for (final String last : LAST.getOrDefault(mutant.method(), List.of())) {
            all.put(last, Objects.requireNonNull(others.getOrDefault(last, workloads.get(last)), last));
        }
        all.putAll(workloads);
        all.putAll(others);
        return all;
    }

    private static boolean passes(final BooleanSupplier test) {
        try {
            return test.getAsBoolean();
        } catch (final AssertionError | StoreException e) {
            return false;
        }
    }
}
