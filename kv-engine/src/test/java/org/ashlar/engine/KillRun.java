package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.pmem.Memory;

/** Children that write to a pool and are killed, one after the other; after each the pool is held against what they were told is done. */
final class KillRun {
    static final long ENDLESS = Long.MAX_VALUE;

    /** Most operations of one writer that are under way, where it does not wait for each. */
    static final int AT_ONCE = 50;

    private static final long MOST_LIVE_BYTES = 4 << 20; // of 16 MiB; a full store would end the child

    private final Path folder;
    private final int atOnce;
    private final KillOracle oracle = new KillOracle();
    private long life;
    private long kills;
    private long acknowledgedInAll;

    /** When to kill: so many microseconds after the child said something for the so-manieth time. */
    record Plan(char said, int times, int delayMicros, long operations, List<String> flags) {
        Plan(final char said, final int times, final int delayMicros, final long operations) {
            this(said, times, delayMicros, operations, List.of());
        }

        /** At a store, write-back or fence: that one of those that the code of a place makes. */
        static Plan at(final KillPoint.Place place, final int event) {
            return new Plan(
                    KillChild.AT_THE_POINT,
                    1,
                    0,
                    place == KillPoint.Place.CLOSE ? 200 : ENDLESS,
                    List.of(
                            "-D" + Memory.RECORDER_PROPERTY + '=' + KillPoint.class.getName(),
                            "-D" + KillPoint.PLACE + '=' + place,
                            "-D" + KillPoint.EVENT + '=' + event));
        }
    }

    /**
     * Prepares a run.
     *
     * @param life number of the first child's life; what a child writes follows from it
     */
    KillRun(final Path folder, final long life) {
        this(folder, life, 1);
    }

    /**
     * Prepares a run of children that sync pages, and write without waiting.
     *
     * @param life number of the first child's life
     * @param atOnce most operations that a writer begins before it waits for the first of them
     */
    KillRun(final Path folder, final long life, final int atOnce) {
        this.folder = folder;
        this.atOnce = atOnce;
        this.life = life;
    }

    /** How many children were killed. */
    long kills() {
        return kills;
    }

    /** How many operations of theirs had been acknowledged. */
    long acknowledged() {
        return acknowledgedInAll;
    }

    /** The next pool is a new one. */
    void forget() {
        oracle.clear();
    }

    /** So many lives, each killed after some operations; the pool goes from one to the next until it has become large. */
    void killOverGenerations(final int lives, final SplittableRandom random) throws IOException, InterruptedException {
        Path path = folder.resolve("generations");
        for (int i = 0; i < lives; i++) {
            final int operations = 1 + random.nextInt(random.nextInt(3) == 0 ? 6_000 : 600);
            kill(path, new Plan('0', operations, random.nextInt(300), ENDLESS));
            if (oracle.liveBytes() > MOST_LIVE_BYTES) {
                Files.delete(path);
                forget();
                path = folder.resolve("generations-" + i);
            }
        }
    }

    /** One life for each thing that a store does, cut off while it does it. */
    void killAtChosenPoints(final Path path, final SplittableRandom random) throws IOException, InterruptedException {
        final List<Plan> plans = List.of(
                new Plan(KillChild.OPENING, 1, 150_000 + random.nextInt(250_000), ENDLESS), // creation
                new Plan(KillChild.OPENING, 1, 100_000 + random.nextInt(350_000), ENDLESS),
                new Plan(KillChild.GREW, 2, random.nextInt(100), ENDLESS), // once at first, then at the first growth
                new Plan(KillChild.OPEN, 1, random.nextInt(2_000), ENDLESS),
                new Plan(KillChild.MAPS, 2, random.nextInt(500), ENDLESS), // creation of a map
                new Plan(KillChild.SPLIT, 1 + random.nextInt(3), random.nextInt(100), ENDLESS),
                new Plan(KillChild.COMPACTING, 1, random.nextInt(20_000), ENDLESS),
                new Plan('1', 5 + random.nextInt(40), random.nextInt(100), ENDLESS), // first touch
                new Plan(KillChild.CLOSING, 1, random.nextInt(400), 500),
                new Plan(KillChild.CLOSING, 1, random.nextInt(4_000), 500),
                new Plan(KillChild.CLOSED, 1, 0, 200));
        forget();
        for (final Plan plan : plans) {
            kill(path, plan);
        }
    }

    /** Runs a child until the plan says that it is killed, and checks what it left. */
    void kill(final Path path, final Plan plan) throws IOException, InterruptedException {
        check(path, runAndKill(path, plan), plan);
        kills++;
    }

    private long[] runAndKill(final Path path, final Plan plan) throws IOException, InterruptedException {
        final Path errors = folder.resolve("errors");
        final List<String> flags = new ArrayList<>(plan.flags);
        flags.add(ChildJvm.OPENS);
        final Process child = new ProcessBuilder(ChildJvm.command(
                        flags,
                        KillChild.class,
                        path.toString(),
                        Long.toString(life),
                        Long.toString(plan.operations),
                        Integer.toString(atOnce)))
                .redirectError(errors.toFile())
                .start();
        final long[] acknowledged = new long[KillWorkload.WRITERS];
        int left = plan.times;
        final byte[] said = new byte[1 << 12];
        try (InputStream in = child.getInputStream()) {
            for (int n = in.read(said); n > 0; n = in.read(said)) {
                for (int i = 0; i < n; i++) {
                    final int writer = said[i] - '0';
                    if (writer >= 0 && writer < KillWorkload.WRITERS) {
                        acknowledged[writer]++;
                    }
                    if (said[i] == plan.said && --left == 0) {
                        pause(plan.delayMicros);
                        child.toHandle().destroyForcibly(); // unlike the process itself, it leaves the pipe open
                    }
                }
            }
        } finally {
            child.destroyForcibly();
        }
        child.waitFor();
        assertTrue(left <= 0, () -> "the child never said '" + plan.said + "' so often: " + errorsOf(errors));
        return acknowledged;
    }

    private static String errorsOf(final Path errors) {
        try {
            return Files.readString(errors);
        } catch (final IOException e) {
            return e.toString();
        }
    }

    private static void pause(final int micros) {
        final long until = System.nanoTime() + micros * 1_000L;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }

    private void check(final Path path, final long[] acknowledged, final Plan plan) {
        try (EngineStore store = TestStores.tiny(path)) {
            oracle.settle(store, life, acknowledged, atOnce);
            acknowledgedInAll += Arrays.stream(acknowledged).sum();
            oracle.check(store, plan + ", acknowledged " + Arrays.toString(acknowledged) + ", life " + life);
            life++;
            if (life % 2 == 0) {
                store.abandon();
            }
        }
    }
}
