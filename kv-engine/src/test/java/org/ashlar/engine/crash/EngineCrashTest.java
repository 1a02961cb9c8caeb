package org.ashlar.engine.crash;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.ashlar.engine.TinyStores;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.pmem.PoolRanges;
import org.ashlar.pmem.sim.CrashSimulator;
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
        run(Placement.POOL, Profile.churn(), Replay.seeds(6, 300));
    }

    @Test
    void theSameHoldsWithDescriptorsInDram() {
        run(Placement.DRAM, Profile.churn().withName("churn in DRAM"), Replay.seeds(2, 100));
    }

    @Test
    void valuesOfManyPagesSurviveAnyCrash() {
        run(
                Placement.POOL,
                Profile.churn()
                        .withName("large")
                        .withMaps(2)
                        .withKeys(Profile.firstKeys(12))
                        .withOperations(0, 60)
                        .withValues(3_000, 2, 150_000)
                        .withCrashes(100, 3, 12)
                        .withReaders(12),
                Replay.seeds(3, 100));
    }

    @Test
    void splitsSurviveAnyCrash() {
        run(
                Placement.POOL,
                Profile.churn()
                        .withName("split")
                        .withMaps(1)
                        .withKeys(Profile.firstKeys(5_000))
                        .withOperations(420, 200)
                        .withValues(12, 0, 0)
                        .withMix(90, 5)
                        .withCrashes(25, 3, 12)
                        .withReaders(40),
                Replay.seeds(3, 100));
    }

    /** Keys whose hashes begin alike make the directory deep with few of them. */
    @Test
    void doublingOfTheDirectorySurvivesAnyCrash() {
        run(
                Placement.POOL,
                Profile.churn()
                        .withName("doubling")
                        .withMaps(1)
                        .withKeys(TinyStores.collidingKeys(1_500, 950, 9, Value::key))
                        .withOperations(440, 160)
                        .withValues(12, 0, 0)
                        .withMix(92, 4)
                        .withCrashes(25, 3, 12)
                        .withReaders(40),
                Replay.seeds(3, 100));
    }

    /** Keys that no split tells apart go to overflow chains, until others come that make a split worth while. */
    @Test
    void overflowChainsSurviveAnyCrash() {
        run(
                Placement.POOL,
                Profile.churn()
                        .withName("overflow")
                        .withMaps(1)
                        .withKeys(TinyStores.collidingKeys(1_500, 995, 9, Value::key))
                        .withOperations(440, 160)
                        .withValues(12, 0, 0)
                        .withMix(88, 8)
                        .withCrashes(25, 3, 12)
                        .withReaders(40),
                Replay.seeds(3, 100));
    }

    /** The pool is filled and emptied again, so that chunks, spans and pages change hands. */
    @Test
    void reuseOfSpaceSurvivesAnyCrash() {
        run(
                Placement.POOL,
                Profile.churn()
                        .withName("reuse")
                        .withMaps(2)
                        .withKeys(Profile.firstKeys(60))
                        .withOperations(500, 120)
                        .withValues(2_000, 4, 60_000)
                        .withMix(45, 45)
                        .withCrashes(30, 3, 12)
                        .withReaders(20),
                Replay.seeds(3, 100));
    }

    private void run(final Placement placement, final Profile profile, final LongStream seeds) {
        final String name =
                "EngineCrashTest#" + test.getTestMethod().orElseThrow().getName();
        seeds.forEach(seed -> reporter.publishEntry(new CrashRun(new Engine(placement), profile, seed, name).run()));
    }

    private record Engine(Placement placement) implements Subject {
        @Override
        public Store open(final Path path) {
            return TinyStores.open(path, placement);
        }

        @Override
        public CrashSimulator simulator(final Path path) {
            return TinyStores.simulator(path, placement);
        }

        @Override
        public Path draftOf(final Path path) {
            return PoolRanges.draftOf(path);
        }
    }
}
