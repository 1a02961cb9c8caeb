package org.ashlar.engine.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.ashlar.kv.Durability;
import org.ashlar.kv.Placement;
import org.ashlar.pmem.sim.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestReporter;

/**
 * No crash image of the engine has lost or torn anything, or lets anybody find gone what was read before.
 *
 * <p>{@code -Dashlar.sim.seed=1-500} runs other seeds, {@code -Dashlar.long=true} more of them.
 */
@Tag("simulator")
final class EngineCrashTest {
    private final TestInfo test;
    private final TestReporter reporter;

    EngineCrashTest(final TestInfo test, final TestReporter reporter) {
        this.test = test;
        this.reporter = reporter;
    }

    @Test
    void overwritesDeletesAndInsertionsSurviveAnyCrash() {
        run(Placement.POOL, EngineProfiles.churn(), Seeds.of(2, 300));
    }

    @Test
    void everyWriteBackAndFenceOfAFewOperationsSurvivesACrash() {
        // Images are hardly crashed again: that would be at every write-back and fence too, which the long set has time
        // for.
        final Profile profile = EngineProfiles.everyFence().withCrashes(Profile.EVERY_FENCE, 4, 1_000);
        run(Placement.POOL, profile, Seeds.of(1, 300));
    }

    @Test
    void theSameHoldsWithDescriptorsInDram() {
        run(Placement.DRAM, EngineProfiles.churn().withName("churn in DRAM"), Seeds.of(1, 100));
    }

    @Test
    void valuesOfManyPagesSurviveAnyCrash() {
        run(Placement.POOL, EngineProfiles.large(), Seeds.of(1, 100));
    }

    @Test
    void splitsSurviveAnyCrash() {
        run(Placement.POOL, EngineProfiles.split(), Seeds.of(2, 100));
    }

    @Test
    void doublingOfTheDirectorySurvivesAnyCrash() {
        run(Placement.POOL, EngineProfiles.doubling(), Seeds.of(2, 100));
    }

    @Test
    void overflowChainsSurviveAnyCrash() {
        run(Placement.POOL, EngineProfiles.overflow(), Seeds.of(1, 100));
    }

    @Test
    void reuseOfSpaceSurvivesAnyCrash() {
        final long chunks = run(Placement.POOL, EngineProfiles.reuse(), Seeds.of(2, 100));
        // Not with each seed.
        assertTrue(chunks > 0 || System.getProperty(Seeds.PROPERTY) != null, "the pool grows amid crashes");
    }

    @Test
    void evacuationOfWhatIsSparseSurvivesAnyCrash() {
        run(Placement.POOL, EngineProfiles.sparse(), Seeds.of(1, 100));
    }

    @Test
    void aKilledProcessAndThenALossOfPowerLoseNothing() {
        run(Placement.POOL, EngineProfiles.kill(), Seeds.of(1, 100));
    }

    @Test
    void mapsThatAreClearedAndDroppedSurviveAnyCrash() {
        run(Placement.POOL, EngineProfiles.gone(), Seeds.of(1, 100));
    }

    @Test
    void aFullStoreSurvivesAnyCrash() {
        run(Placement.POOL, EngineProfiles.full(), Seeds.of(1, 100));
    }

    @Test
    void threadsThatTakeTurnsLoseNothingInAnyCrash() {
        run(Placement.POOL, EngineProfiles.threads(), Seeds.of(2, 400));
    }

    @Test
    void threadsThatSplitPagesLoseNothingInAnyCrash() {
        run(Placement.POOL, EngineProfiles.threadsSplit(), Seeds.of(1, 400));
        run(Placement.DRAM, EngineProfiles.threadsDoubling(), Seeds.of(1, 400));
    }

    @Test
    void threadsThatShareSyncsLoseNothingInAnyCrash() {
        final Profile threads = EngineProfiles.threads().withName("threads by msync");
        run(new EngineSubject(Placement.POOL, threads.chunks(), Durability.POWER_FAILURE), threads, Seeds.of(2, 200));
    }

    @Test
    void aStoreThatSyncsPagesSurvivesAnyCrash() {
        final Profile churn = EngineProfiles.churn().withName("churn by msync");
        run(new EngineSubject(Placement.POOL, churn.chunks(), Durability.POWER_FAILURE), churn, Seeds.of(1, 100));
    }

    @Test
    void splitsOfAStoreThatSyncsPagesSurviveAnyCrash() {
        final Profile split = EngineProfiles.split().withName("split by msync");
        run(new EngineSubject(Placement.DRAM, split.chunks(), Durability.POWER_FAILURE), split, Seeds.of(1, 100));
    }

    @Test
    void aKilledProcessThatSyncsPagesAndThenALossOfPowerLoseNothing() {
        final Profile kill = EngineProfiles.kill().withName("kill by msync");
        run(new EngineSubject(Placement.POOL, kill.chunks(), Durability.POWER_FAILURE), kill, Seeds.of(1, 100));
    }

    /** Returns how many chunks the pools got amid crashes. */
    private long run(final Placement placement, final Profile profile, final LongStream seeds) {
        return run(new EngineSubject(placement, profile.chunks()), profile, seeds);
    }

    private long run(final Subject subject, final Profile profile, final LongStream seeds) {
        final String name =
                "EngineCrashTest#" + test.getTestMethod().orElseThrow().getName();
        return seeds.map(seed -> {
                    final CrashRun run = new CrashRun(subject, profile, seed, name);
                    final String done = run.run();
                    reporter.publishEntry(done + "; " + run.chunksGrown() + " chunks more");
                    return run.chunksGrown();
                })
                .sum();
    }
}
