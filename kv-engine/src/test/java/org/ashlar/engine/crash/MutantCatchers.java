package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

/**
 * The tests that may notice a mutant: the ones that did so last are tried first, then those that are known to pass its place, the quickest first,
 * then the others; those that are known not to pass it are not tried.
 */
final class MutantCatchers {
    /** By method, the tests that noticed last what was left out there, where that is not the first workload. A wrong one costs time only. */
    private static final Map<String, List<String>> LAST = Map.ofEntries(
            Map.entry("MapCore.invalidateCountOnce", List.of("KnownCountCrashTest")),
            Map.entry("MapCore.move", List.of("every fence twice, seed 1")),
            Map.entry("Chunks.publish", List.of("ChunkTableCrashTest, large record")),
            Map.entry("Chunks.settle", List.of("SettledSpansTest", "ChunkTableCrashTest, chunk word")),
            Map.entry("SlotSpace.publishSpan", List.of("ChunkTableCrashTest, shared span")),
            Map.entry("Chunks.zeroPageHeads", List.of("RecycledIndexChunkCrashTest")),
            Map.entry("IndexJudge.lineRefersTo", List.of("JudgeDurabilityTest")),
            Map.entry("FirstTouch.settleLine", List.of("FirstTouchCrashTest, reads")),
            Map.entry("IndexContext.settle", List.of("FirstTouchCrashTest, puts")),
            Map.entry("LeafWalk.collect", List.of("IndexGrowthCrashTest, iteration")),
            Map.entry("LeafSplit.findRoom", List.of("IndexGrowthCrashTest, reads")),
            Map.entry(
                    "LeafSplit.makeOverflowRoom",
                    List.of("IndexGrowthCrashTest, reads", "IndexGrowthCrashTest, chains")),
            Map.entry("LeafSplit.writeOverflow", List.of("IndexGrowthCrashTest, chains")),
            Map.entry("LeafSplit.split", List.of("SplitMarksTest", "IndexGrowthCrashTest, splits")),
            Map.entry("LeafSplit.commit", List.of("IndexGrowthCrashTest, splits")),
            Map.entry("Leaf.durableForward", List.of("TwoWritersTest", "ReplacedWordsTest, put")),
            Map.entry("Directory.writeRoot", List.of("IndexGrowthCrashTest, splits")),
            Map.entry("Directory.writeSegment", List.of("IndexGrowthCrashTest, splits")),
            Map.entry("Directory.replaceIn", List.of("ReplacedWordsTest, reuse")),
            Map.entry("Directory.publishRoot", List.of("ReplacedWordsTest, reuse")));

    private final Map<String, BooleanSupplier> tests = new LinkedHashMap<>();
    private final Set<String> ofOneThing;
    private final Map<String, Noted> noted = new HashMap<>();

    /** What a test passes, and how long it takes. */
    private record Noted(Set<Mutant> places, long nanos) {}

    /**
     * Lists them.
     *
     * @param seeds with how many each workload is run
     */
    MutantCatchers(final List<Profile> profiles, final long[] seeds) {
        for (final long seed : seeds) {
            for (final Profile profile : profiles) {
                add(nameOf(profile, seed), () -> run(profile, seed));
            }
        }
        add("every fence twice, seed 1", () -> run(EngineProfiles.everyFence(), 1));
        final Set<String> workloads = Set.copyOf(tests.keySet());
        tests.put("SettledSpansTest", SettledSpansTest::areDurableWhenTouched);
        tests.put("JudgeDurabilityTest", JudgeDurabilityTest::isDurableAfterJudging);
        tests.put("SplitMarksTest", SplitMarksTest::areMarksDurable);
        tests.put("KnownCountCrashTest", KnownCountCrashTest::countsRight);
        tests.put("TwoWritersTest", TwoWritersTest::loseNothing);
        tests.put("ReplacedWordsTest, reuse", ReplacedWordsTest::keepPagesOut);
        tests.put("ReplacedWordsTest, put", ReplacedWordsTest::loseNothing);
        add(
                "FirstTouchCrashTest, reads",
                FirstTouchCrashTest::new,
                FirstTouchCrashTest::whatIsReadInAPageThatIsBeingTouchedIsThereAfterAnyCrash);
        add(
                "FirstTouchCrashTest, puts",
                FirstTouchCrashTest::new,
                FirstTouchCrashTest::whatAKilledProcessHasStoredThatLeadsToAnEntryIsDurableBeforeOneIsPutBehindIt);
        add(
                "ChunkTableCrashTest, large record",
                ChunkTableCrashTest::new,
                ChunkTableCrashTest::theWordsOfALargeRecordsChunksBecomeDurableInAscendingOrder);
        add(
                "ChunkTableCrashTest, chunk word",
                ChunkTableCrashTest::new,
                ChunkTableCrashTest::aChunkWordThatAKilledProcessLeftIsDurableBeforeTheNextOne);
        add(
                "ChunkTableCrashTest, span word",
                ChunkTableCrashTest::new,
                ChunkTableCrashTest::aSpanWordThatAKilledProcessLeftIsDurableBeforeTheSpanIsUsed);
        add(
                "ChunkTableCrashTest, shared span",
                ChunkTableCrashTest::new,
                ChunkTableCrashTest::aSpanWordIsDurableBeforeAnotherThreadPutsARecordIntoTheSpan);
        add(
                "RecycledIndexChunkCrashTest",
                RecycledIndexChunkCrashTest::new,
                RecycledIndexChunkCrashTest::thePagesOfAChunkThatBecomesOneOfTheIndexLookUnusedAfterACrash);
        add(
                "IndexGrowthCrashTest, splits",
                IndexGrowthCrashTest::new,
                IndexGrowthCrashTest::noCrashImageOfAPutThatSplitsLosesOrTearsAnything);
        add(
                "IndexGrowthCrashTest, chains",
                IndexGrowthCrashTest::new,
                IndexGrowthCrashTest::noCrashImageOfAPutThatAddsToAnOverflowChainLosesOrTearsAnything);
        add(
                "IndexGrowthCrashTest, reads",
                IndexGrowthCrashTest::new,
                IndexGrowthCrashTest::whatIsReadFromTheStashOrAnOverflowChainWhileItIsStoredIsThereAfterAnyCrash);
        add(
                "IndexGrowthCrashTest, iteration",
                IndexGrowthCrashTest::new,
                IndexGrowthCrashTest::whatAnIterationMeetsWhileItIsStoredIsThereAfterAnyCrash);
        final KilledWriterCrashTest killed = new KilledWriterCrashTest();
        add("KilledWriterCrashTest, records", killed::aRecordThatOnlyAnUndurableEntryReplacedIsNotUsedAgain);
        add("KilledWriterCrashTest, chunks", killed::aChunkWhoseWordIsNotDurableYetIsNotReliedOn);
        ofOneThing = new LinkedHashSet<>(tests.keySet());
        ofOneThing.removeAll(workloads);
    }

    private void add(final String name, final Runnable test) {
        tests.put(name, () -> {
            test.run();
            return true;
        });
    }

    private <T extends FocusedCrashTest> void add(final String name, final Supplier<T> maker, final Consumer<T> test) {
        add(name, () -> {
            final T made = maker.get();
            try {
                test.accept(made);
            } finally {
                made.cleanUp();
            }
        });
    }

    /** Runs a workload, with all its crashes. */
    static void run(final Profile profile, final long seed) {
        new CrashRun(new EngineSubject(Placement.POOL, profile.chunks()), profile, seed, "PersistenceMutationTest")
                .run();
    }

    /** The name of a workload with a seed. */
    static String nameOf(final Profile profile, final long seed) {
        return profile.name() + ", seed " + seed;
    }

    /** All but the workloads. */
    List<String> ofOneThing() {
        return List.copyOf(ofOneThing);
    }

    /** Runs a test with nothing left out, which must find nothing, and notes what it passes. */
    Set<Mutant> placesOf(final String name) {
        final long start = System.nanoTime();
        Mutants.begin();
        final boolean passes = passes(testOf(name));
        final NavigableSet<Mutant> places = Mutants.end();
        assertTrue(passes, name + " fails with nothing left out");
        noted.put(name, new Noted(places, System.nanoTime() - start));
        return places;
    }

    /** The test, among so many at most, that notices what is left out; null where none does. */
    @Nullable String noticedBy(final Mutant mutant, final int most) {
        Mutants.leaveOut(mutant);
        try {
            final List<String> names = inOrder(mutant);
            for (final String name : names.subList(0, Math.min(most, names.size()))) {
                if (!passes(testOf(name))) {
                    return name;
                }
            }
            return null;
        } finally {
            Mutants.leaveOut(null);
        }
    }

    private List<String> inOrder(final Mutant mutant) {
        final List<String> last = LAST.getOrDefault(mutant.method(), List.of());
        final List<String> others = new ArrayList<>(tests.keySet());
        others.removeAll(last);
        others.removeIf(name -> noted.containsKey(name)
                && !Objects.requireNonNull(noted.get(name)).places.contains(mutant));
        others.sort(Comparator.comparingLong(name -> {
            final Noted known = noted.get(name);
            return known == null ? Long.MAX_VALUE : known.nanos;
        }));
        final List<String> all = new ArrayList<>(last);
        all.addAll(others);
        return all;
    }

    private BooleanSupplier testOf(final String name) {
        return Objects.requireNonNull(tests.get(name), name);
    }

    private static boolean passes(final BooleanSupplier test) {
        try {
            return test.getAsBoolean();
        } catch (final AssertionError | StoreException e) {
            return false;
        }
    }
}
