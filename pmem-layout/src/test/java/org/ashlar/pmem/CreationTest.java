package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.PoolException.Reason;
import org.ashlar.pmem.PoolOptions.OpenMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreationTest {
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    @AfterEach
    void removeHook() {
        Steps.install(null);
    }

    /** Creates a pool and halts before a numbered step. */
    static final class Victim {
        private Victim() {}

        public static void main(final String[] arguments) {
            final int last = Integer.parseInt(arguments[1]);
            final int[] steps = new int[1];
            Steps.install(step -> {
                if (steps[0]++ == last) {
                    Runtime.getRuntime().halt(KILLED);
                }
            });
            Pool.open(Path.of(arguments[0]), TestPools.tiny().build()).close();
        }
    }

    private List<String> stepsOfCreation() {
        final List<String> steps = new ArrayList<>();
        Steps.install(steps::add);
        Pool.open(folder.resolve("counted"), TestPools.tiny().build()).close();
        Steps.install(null);
        return steps;
    }

    @Test
    void aKillBeforeAnyStepLeavesAPoolThatOpensOrOneThatCanBeCreatedAnew() throws IOException, InterruptedException {
        final int steps = stepsOfCreation().size();
        assertTrue(steps >= 12, () -> steps + " steps");
        for (int step = 0; step < steps; step++) {
            final Path path = folder.resolve("pool" + step);
            final Process victim =
                    ChildJvm.start(ChildJvm.command(Victim.class, path.toString(), String.valueOf(step)));
            final String output = ChildJvm.output(victim);
            assertEquals(KILLED, victim.waitFor(), output);
            assertRecovers(path, "killed before step " + step);
        }
    }

    private void assertRecovers(final Path path, final String when) throws IOException {
        final boolean hasName = Files.exists(path);
        final boolean hasDraft = Files.exists(PoolCreation.draftOf(path));
        if (hasName) {
            // Once it has its name it is whole.
            Pool.open(path, TestPools.tiny().readOnly(true).build()).close();
        } else {
            final PoolException e = assertThrows(
                    PoolException.class,
                    () -> Pool.open(
                            path, TestPools.tiny().openMode(OpenMode.OPEN_ONLY).build()));
            assertEquals(hasDraft ? Reason.CREATION_UNFINISHED : Reason.NOT_FOUND, e.reason(), when);
        }
        try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
            assertEquals(!hasName, pool.created(), when);
            pool.allocateChunksTo(1);
            pool.region().putLong(0, 1);
            pool.closeCleanly();
        }
        assertFalse(Files.exists(PoolCreation.draftOf(path)), when);
        try (Pool pool =
                Pool.open(path, TestPools.tiny().openMode(OpenMode.OPEN_ONLY).build())) {
            assertEquals(1, pool.region().getLong(0), when);
        }
    }

    @Test
    void aDraftUnderThePoolsNameIsUnfinishedAtEveryStepUntilItsHeaderIsWhole() throws IOException {
        final List<byte[]> images = new ArrayList<>();
        final Path draft = folder.resolve("pool.creating");
        Steps.install(step -> {
            try {
                if (Files.exists(draft)) {
                    images.add(Files.readAllBytes(draft));
                }
            } catch (final IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Pool.open(folder.resolve("pool"), TestPools.tiny().build()).close();
        Steps.install(null);
        final Path path = folder.resolve("image");
        int unfinished = 0;
        int whole = 0;
        for (final byte[] image : images) {
            if (image.length == 0) {
                continue;
            }
            Files.write(path, image);
            try {
                Pool.open(path, TestPools.tiny().openMode(OpenMode.OPEN_ONLY).build())
                        .close();
                whole++;
            } catch (final PoolException e) {
                assertEquals(Reason.CREATION_UNFINISHED, e.reason());
                unfinished++;
                try (Pool pool = Pool.open(path, TestPools.tiny().build())) {
                    assertTrue(pool.created());
                }
            }
            Files.delete(path);
        }
        assertTrue(unfinished >= 5 && whole >= 2, unfinished + " unfinished, " + whole + " whole");
    }

    @Test
    void aFailureAtAnyStepLeavesNothingBehind() throws IOException {
        final List<String> steps = stepsOfCreation();
        final int named = steps.indexOf("unlink draft");
        for (int fail = 0; fail < named; fail++) {
            final int last = fail;
            final int[] count = new int[1];
            Steps.install(step -> {
                if (count[0]++ == last) {
                    throw new PoolException(Reason.DEVICE_FULL, "injected");
                }
            });
            final Path path = folder.resolve("failed" + fail);
            final PoolException e = assertThrows(
                    PoolException.class, () -> Pool.open(path, TestPools.tiny().build()));
            assertEquals("injected", e.getMessage());
            Steps.install(null);
            assertFalse(Files.exists(path), steps.get(fail));
            assertFalse(Files.exists(PoolCreation.draftOf(path)), steps.get(fail));
            Pool.open(path, TestPools.tiny().build()).close();
        }
    }

    @Test
    void aForeignFileInTheDraftsPlaceIsNotTouched() throws IOException {
        final Path draft = folder.resolve("pool.creating");
        Files.writeString(draft, "precious words");
        final PoolException e = assertThrows(
                PoolException.class,
                () -> Pool.open(folder.resolve("pool"), TestPools.tiny().build()));
        assertEquals(Reason.NOT_A_POOL, e.reason());
        assertEquals("precious words", Files.readString(draft));
    }

    @Test
    void aDraftThatIsALinkToAPoolElsewhereDoesNotHarmThatPool() throws IOException {
        final Path moved = folder.resolve("moved");
        try (Pool pool = Pool.open(moved, TestPools.tiny().build())) {
            pool.allocateChunksTo(1);
            pool.region().putLong(0, 77);
        }
        // What a kill between link and unlink leaves behind, after the pool was renamed.
        Files.createLink(folder.resolve("pool.creating"), moved);
        Pool.open(folder.resolve("pool"), TestPools.tiny().build()).close();
        try (Pool pool = Pool.open(moved, TestPools.tiny().build())) {
            assertEquals(77, pool.region().getLong(0));
        }
    }

    @Test
    void twoThreadsThatCreateTheSamePoolGetOnePool() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            final Path path = folder.resolve("raced" + round);
            final List<Thread> threads = new ArrayList<>();
            final List<Pool> pools = new ArrayList<>();
            final List<Reason> refusals = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                final Thread thread = new Thread(() -> {
                    try {
                        final Pool pool = Pool.open(path, TestPools.tiny().build());
                        synchronized (pools) {
                            pools.add(pool);
                        }
                    } catch (final PoolException e) {
                        synchronized (pools) {
                            refusals.add(e.reason());
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (final Thread thread : threads) {
                thread.join();
            }
            assertEquals(1, pools.size());
            assertTrue(pools.get(0).created());
            assertEquals(List.of(Reason.LOCKED, Reason.LOCKED), refusals);
            pools.get(0).close();
        }
    }
}
