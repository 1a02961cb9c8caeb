package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.ashlar.engine.index.DirtyEntries;
import org.ashlar.kv.UnsupportedFormatException;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/** Children that write to a pool and are killed, one after the other; after each the pool is held against what they were told is done. */
final class KillRun {
    static final long ENDLESS = Long.MAX_VALUE;

    /** Most operations of one writer that are under way, where it does not wait for each. */
    static final int AT_ONCE = 50;

    private static final long FEW = 200;
    private static final long MOST_LIVE_BYTES = 4 << 20; // of 16 MiB; a full store would end the child

    private final Path folder;
    private final int atOnce;
    private final KillOracle oracle = new KillOracle();
    private long life;
    private long kills;
    private long acknowledgedInAll;
    private String met = "";

    /** When to kill: so many microseconds after the child said something for the so-manieth time. */
    record Plan(char said, int times, int delayMicros, long operations, KillPoint.@Nullable Place place, int event) {
        Plan(final char said, final int times, final int delayMicros, final long operations) {
            this(said, times, delayMicros, operations, null, 0);
        }

        /** At a store, write-back or fence: that one of those that the code of a place makes. */
        static Plan at(final KillPoint.Place place, final int event) {
            return new Plan(KillChild.AT_THE_POINT, 1, 0, place.isInClose() ? FEW : ENDLESS, place, event);
        }

        private List<String> flags() {
            return place == null
                    ? List.of(ChildJvm.OPENS)
                    : List.of(
                            ChildJvm.OPENS,
                            "-D" + Memory.RECORDER_PROPERTY + '=' + KillPoint.class.getName(),
                            "-D" + KillPoint.PLACE + '=' + place,
                            "-D" + KillPoint.EVENT + '=' + event);
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

    /** Where the last child was when it was killed at a place, in its own words. */
    String met() {
        return met;
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

    /** Kills at an event of each place, each in a pool of its own. */
    void killAtPlaces(final SplittableRandom random) throws IOException, InterruptedException {
        for (final KillPoint.Place place : KillPoint.Place.values()) {
            final Path path = folder.resolve(place.name());
            prepare(path, place.before());
            kill(path, Plan.at(place, 1 + random.nextInt(place.mostEvents())));
            Files.delete(path);
        }
    }

    /** Runs what has to be before a kill at a place, in this process. */
    void prepare(final Path path, final KillPoint.Before before) throws IOException {
        forget();
        Files.deleteIfExists(path);
        if (before == KillPoint.Before.NOTHING) {
            return;
        }
        final long[] acknowledged = new long[KillWorkload.WRITERS];
        try (EngineStore store = TestStores.tiny(path)) {
            Threads.together(KillWorkload.WRITERS, writer -> {
                final char acknowledgement = (char) ('0' + writer);
                KillChild.write(store, new KillWorkload(writer, life), FEW, acknowledgement, false, said -> {
                    acknowledged[writer] += said == acknowledgement ? 1 : 0;
                });
            });
            oracle.settle(store, life, acknowledged);
            if (before == KillPoint.Before.LEFT_DIRTY) {
                for (final String name : store.mapNames()) {
                    DirtyEntries.setIn(((EngineMap) store.map(name)).core().index());
                }
                store.abandon();
            }
        }
        life++;
    }

    /** Runs a child until the plan says that it is killed, and checks what it left. */
    void kill(final Path path, final Plan plan) throws IOException, InterruptedException {
        try {
            final long[] acknowledged = runAndKill(path, plan);
            if (plan.place != null && plan.place.isInCreation()) {
                assertOpensOrWasNotFinished(path);
            }
            check(path, acknowledged, plan);
        } catch (final RuntimeException | Error e) {
            throw new AssertionError("life " + life + ", " + plan + (met.isEmpty() ? "" : ", " + met) + ": " + e, e);
        }
        kills++;
    }

    private static void assertOpensOrWasNotFinished(final Path path) {
        try (EngineStore store = EngineStore.open(path, TestStores.options().withReadOnly(true), Tuning.tiny())) {
            assertEquals(List.of(), store.verify().problems());
        } catch (final UnsupportedFormatException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("was not finished"), e::getMessage);
        }
    }

    private long[] runAndKill(final Path path, final Plan plan) throws IOException, InterruptedException {
        final Path errors = folder.resolve("errors");
        met = "";
        final Process child = new ProcessBuilder(ChildJvm.command(
                        plan.flags(),
                        KillChild.class,
                        path.toString(),
                        Long.toString(life),
                        Long.toString(plan.operations),
                        mix(plan).name(),
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
        if (plan.place != null) {
            met = errorsOf(errors)
                    .lines()
                    .filter(line -> line.startsWith(KillPoint.MET))
                    .collect(Collectors.joining());
            assertTrue(met.startsWith(KillPoint.MET + plan.place + ", event " + plan.event + ","), met);
        }
        return acknowledged;
    }

    private KillWorkload.Mix mix(final Plan plan) {
        if (plan.place != null) {
            return plan.place.mix();
        }
        return atOnce > 1 ? KillWorkload.Mix.UNAWAITED : KillWorkload.Mix.USUAL;
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
            oracle.settle(store, life, acknowledged, mix(plan), atOnce);
            acknowledgedInAll += Arrays.stream(acknowledged).sum();
            oracle.check(store, "acknowledged " + Arrays.toString(acknowledged));
            life++;
            if (life % 2 == 0) {
                store.abandon();
            }
        }
    }
}
