package org.ashlar.engine;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes that write and are really killed: what they were told is done is there, and nothing is there by half. {@link KillLongSet} does
 * the same many times.
 */
final class KillTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    @TempDir(factory = DiskFolder.class)
    Path disk;

    private final long seed = Long.getLong("ashlar.seed", System.nanoTime() & 0xFFFFF);
    private final long life = seed * 100;
    private final SplittableRandom random = new SplittableRandom(life);

    private void repeatable(final Executable body) {
        TestStores.repeatable(KillTest.class, seed, body);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterEachKillOverGenerations() {
        repeatable(() -> new KillRun(folder, life).killOverGenerations(TestStores.LONG ? 400 : 10, random));
    }

    /** With syncs of pages, where writes that nobody waits for go to threads of the store, and share syncs. */
    @Test
    void writesThatNobodyWaitsForAreWholeOrAbsentAfterAKill() {
        repeatable(
                () -> new KillRun(disk, life, KillRun.AT_ONCE).killOverGenerations(TestStores.LONG ? 100 : 3, random));
    }

    @Test
    void aKillAtChosenPointsLosesNothing() {
        repeatable(() -> {
            final KillRun run = new KillRun(folder, life);
            for (int round = 0; round < (TestStores.LONG ? 20 : 1); round++) {
                run.killAtChosenPoints(folder.resolve("pool-" + round), random);
            }
        });
    }

    /** Not about the time of the point, but at it: the thread that is there goes no further. One event of each place, or of up to 150 each. */
    @ParameterizedTest
    @EnumSource
    void aKillInTheMiddleOfEachThingLosesNothing(final KillPoint.Place place, final TestReporter reporter) {
        repeatable(() -> {
            final KillRun run = new KillRun(folder, life);
            final Path path = folder.resolve("pool");
            final int kills = TestStores.LONG ? Math.max(50, Math.min(place.mostEvents(), 150)) : 1;
            for (int i = 0; i < kills; i++) {
                if (i == 0 || place.before() != KillPoint.Before.ANY) {
                    run.prepare(path, place.before());
                }
                final int event =
                        1 + (place.mostEvents() <= kills ? i % place.mostEvents() : random.nextInt(place.mostEvents()));
                run.kill(path, KillRun.Plan.at(place, event));
                reporter.publishEntry(run.met());
            }
        });
    }

    @Test
    void manyKillsWhileThePoolIsCreatedLeaveAPoolThatOpens() {
        repeatable(() -> {
            final KillRun run = new KillRun(folder, life);
            for (int i = 0; i < (TestStores.LONG ? 100 : 4); i++) {
                run.kill(
                        folder.resolve("pool-" + i),
                        new KillRun.Plan(KillChild.OPENING, 1, random.nextInt(500_000), 10));
                run.forget();
            }
        });
    }
}
