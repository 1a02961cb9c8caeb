package org.ashlar.engine;

import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
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

    private final long life = Long.getLong("ashlar.seed", System.nanoTime() & 0xFFFFF) * 100;
    private final SplittableRandom random = new SplittableRandom(life);

    @Test
    void whatWasAcknowledgedIsThereAfterEachKillOverGenerations() throws Exception {
        new KillRun(folder, life).killOverGenerations(TestStores.LONG ? 400 : 10, random);
    }

    /** With syncs of pages, where writes that nobody waits for go to threads of the store, and share syncs. */
    @Test
    void writesThatNobodyWaitsForAreWholeOrAbsentAfterAKill() throws Exception {
        new KillRun(disk, life, KillRun.AT_ONCE).killOverGenerations(TestStores.LONG ? 100 : 3, random);
    }

    @Test
    void aKillAtChosenPointsLosesNothing() throws Exception {
        final KillRun run = new KillRun(folder, life);
        for (int round = 0; round < (TestStores.LONG ? 20 : 1); round++) {
            run.killAtChosenPoints(folder.resolve("pool-" + round), random);
        }
    }

    /** Not about the time of the point, but at it: the thread that is there goes no further. */
    @ParameterizedTest
    @EnumSource
    void aKillInTheMiddleOfEachThingLosesNothing(final KillPoint.Place place) throws Exception {
        final KillRun run = new KillRun(folder, life);
        final Path path = folder.resolve("pool");
        run.kill(path, new KillRun.Plan(KillChild.CLOSED, 1, 0, 200)); // so that there is something to be touched first
        for (int i = 0; i < (TestStores.LONG ? 50 : 1); i++) {
            run.kill(path, KillRun.Plan.at(place, 1 + random.nextInt(place.mostEvents())));
        }
    }

    @Test
    void manyKillsWhileThePoolIsCreatedLeaveAPoolThatOpens() throws Exception {
        final KillRun run = new KillRun(folder, life);
        for (int i = 0; i < (TestStores.LONG ? 100 : 4); i++) {
            run.kill(folder.resolve("pool-" + i), new KillRun.Plan(KillChild.OPENING, 1, random.nextInt(500_000), 10));
            run.forget();
        }
    }
}
