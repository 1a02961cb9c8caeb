package org.ashlar.engine.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.ImageDirectory;
import org.ashlar.pmem.sim.TurnRecorder;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.jspecify.annotations.Nullable;

/**
 * One seed of one profile: runs the workload on a store, and at its crash points writes images, opens and checks them.
 *
 * <p>All randomness comes from the seed and the number of the event, so a single event, or a single image of it, is repeated by
 * running the workload again and leaving out all others. Readers run at chosen events in the middle of an operation, on a
 * thread of their own while the writer is held, and what they have seen must hold in every image from then on.
 *
 * <p>An image is opened, looked at, used for a few operations, and checked; some are watched by a second simulator meanwhile and
 * crashed again, so that recovery is crashed too. One kind of image is not of a machine that lost its power but of a process that was
 * killed: the next process sees all stores, and power may fail under it before they are durable.
 */
final class CrashRun {
    /** Operations with more events than this do something structural, and the events after it count for less. */
    private static final int USUAL_EVENTS = 40;

    private static final int STRUCTURAL_EVENTS = 400;

    private static final int AFTER_RETURN_PER_MILLE = 500;

    private final Subject subject;
    private final Profile profile;
    private final long seed;
    private final String test;
    private final Replay replay = Replay.fromProperties();
    private final ImageDirectory directory = new ImageDirectory();
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        final Thread thread = new Thread(task, "reader inside the writer");
        thread.setDaemon(true);
        return thread;
    });
    private Duration readLimit = Duration.ofSeconds(20);
    private String statsAtEnd = "";
    private long images;
    private long imagesOfImages;
    private long readsInside;
    private long kills;
    private long switches;

    /**
     * Prepares a run.
     *
     * @param test the test's class and method, for the command that repeats a failure
     */
    CrashRun(final Subject subject, final Profile profile, final long seed, final String test) {
        this.subject = subject;
        this.profile = profile;
        this.seed = seed;
        this.test = test;
    }

    /** Crash images opened and checked so far. */
    long images() {
        return images + imagesOfImages;
    }

    /** How often the turn went from one thread to another. */
    long switches() {
        return switches;
    }

    /** How many of them were of a process that was killed while the machine went on. */
    long kills() {
        return kills;
    }

    /** How long a reader may take before it counts as waiting for the writer. */
    void limitReads(final Duration limit) {
        readLimit = limit;
    }

    /**
     * Runs it all.
     *
     * @return what was done, in words
     */
    String run() {
        final long start = System.nanoTime();
        final Path pool = directory.file("pool");
        final Oracle oracle = new Oracle();
        final ThreadedWorkload threads = profile.threads() == 1 ? null : new ThreadedWorkload(profile, seed, oracle);
        if (threads != null) {
            threads.prefill(subject, pool);
        }
        final Generation first = new Generation(pool, directory.file("image"), oracle, seed, null);
        try {
            first.begin();
            if (threads == null) {
                runWorkload(first, pool);
            } else {
                runThreads(first, pool, threads);
            }
            first.end();
            final Store store = subject.open(pool);
            StoreCheck.checkAll(store, first.oracle, new SplittableRandom(seed));
            store.close();
        } catch (final Throwable e) {
            throw first.failure == null
                    ? failure("in the workload itself, " + first.where(), e, 0, "none")
                    : first.failure;
        } finally {
            RecorderHub.install(null);
            reader.shutdownNow();
            directory.close();
        }
        return profile.name() + " seed " + seed + ": " + first.simulator.events() + " events, " + images
                + " images and "
                + imagesOfImages + " images of recovered ones, " + readsInside + " reads inside, "
                + (System.nanoTime() - start) / 1_000_000 + " ms; " + statsAtEnd;
    }

    private void runWorkload(final Generation first, final Path pool) {
        final Store store = subject.open(pool);
        final SplittableRandom random = new SplittableRandom(seed);
        first.opened(store);
        for (int i = 0; i < profile.quietOperations() + profile.operations(); i++) {
            first.quiet = i < profile.quietOperations();
            first.run(profile.next(first.oracle, random));
        }
        first.simulator.assertAllStoresWereSeen();
        StoreCheck.checkAll(store, first.oracle, random);
        statsAtEnd = String.valueOf(store.stats());
        first.closing();
        store.close();
        first.rethrow();
    }

    private void runThreads(final Generation first, final Path pool, final ThreadedWorkload threads) throws Throwable {
        // Where one step after the other is tried, the open before and the close after it are the same each time.
        first.quiet = profile.onlySwitchAt() > 0;
        final Store store = subject.open(pool);
        first.opened(store);
        first.beginTurns(threads);
        first.quiet = false;
        try {
            threads.run(store, () -> RecorderHub.install(null));
        } finally {
            first.endTurns();
        }
        first.quiet = profile.onlySwitchAt() > 0;
        threads.settle();
        first.simulator.assertAllStoresWereSeen();
        StoreCheck.checkAll(store, first.oracle, new SplittableRandom(seed));
        switches = threads.turns().switches();
        statsAtEnd = threads.turns().switches() + " switches of threads, "
                + threads.turns().waits() + " waits, trace " + threads.turns().trace() + "; " + store.stats();
        first.closing();
        store.close();
        first.rethrow();
    }

    /** A store under a simulator: the workload's own, or an image that is crashed again. */
    private final class Generation {
        final CrashSimulator simulator;
        final Oracle oracle;
        boolean quiet;

        @Nullable AssertionError failure;

        private final Path image;
        private final long generationSeed;
        private final @Nullable Generation parent;
        private final List<String> trace = new ArrayList<>();
        /** Only what has them may be read inside an operation: to get one may have to wait for a writer. */
        private final Map<String, KvMap> handles = new HashMap<>();

        private @Nullable Store store;
        private @Nullable ThreadedWorkload threads;
        private MemoryRecorder recorder;
        private long operationStart;
        private boolean wasReadInside;
        private long acknowledged;

        Generation(
                final Path pool,
                final Path image,
                final Oracle oracle,
                final long generationSeed,
                final @Nullable Generation parent) {
            simulator = subject.simulator(pool);
            recorder = simulator;
            this.image = image;
            this.oracle = oracle;
            this.generationSeed = generationSeed;
            this.parent = parent;
        }

        void begin() {
            RecorderHub.install(simulator);
            simulator.listen(this::before);
        }

        void beginTurns(final ThreadedWorkload value) {
            threads = value;
            recorder = new TurnRecorder(value.turns(), simulator);
            simulator.listen((event, kind) -> value.turns().hold(() -> {
                operationStart = event;
                before(event, kind);
            }));
            RecorderHub.install(recorder);
        }

        void endTurns() {
            threads = null;
            recorder = simulator;
            simulator.followCaller();
            begin();
        }

        private Oracle expectation() {
            final ThreadedWorkload running = threads;
            return running == null ? oracle.copy() : running.expectation();
        }

        void opened(final Store value) {
            store = value;
            rethrow();
        }

        void closing() {
            handles.clear();
            store = null;
        }

        void end() {
            simulator.listen(null);
            RecorderHub.install(null);
        }

        void run(final Operation operation) {
            final Store running = store;
            if (running == null) {
                throw new IllegalStateException("not open");
            }
            trace.add(operation.toString());
            operationStart = simulator.events();
            wasReadInside = false;
            if (operation.kind() == Operation.Kind.DROP) {
                handles.remove(operation.map());
            }
            StoreCheck.run(running, operation, oracle);
            rethrow();
            if (oracle.certainMaps().contains(operation.map())) {
                handles.computeIfAbsent(operation.map(), map -> running.map(oracle.nameOf(map)));
            }
        }

        /** A failure of an image, which the code of the store may have caught. */
        void rethrow() {
            if (failure != null) {
                throw failure;
            }
        }

        String where() {
            final ThreadedWorkload running = threads;
            return "event " + simulator.events() + ", in flight " + oracle.inFlight()
                    + (running == null ? "" : " and " + running.inFlight()) + ", last operations "
                    + trace.subList(Math.max(0, trace.size() - 5), trace.size());
        }

        private void before(final long event, final EventKind kind) {
            if (failure != null) {
                return;
            }
            try {
                final SplittableRandom random = new SplittableRandom(mix(generationSeed, event));
                // What is visible but not durable yet is there at write-backs and fences.
                final int readOneIn = kind == EventKind.STORE ? profile.readOneIn() : (profile.readOneIn() + 3) / 4;
                // Who meets DIRTY while pages are synced waits for the sync, which is held here.
                final boolean mayRead = kind == EventKind.STORE || !simulator.isPaged();
                if (readOneIn > 0 && mayRead && random.nextInt(readOneIn) == 0) {
                    readInside(random);
                }
                if (isCrashPoint(event, kind, random)) {
                    crash(event, kind, random);
                }
            } catch (final AssertionError e) {
                failure = parent == null && !(e instanceof ImageFailure)
                        ? failure("before " + kind + ", " + where(), e, event, "none")
                        : e;
                throw failure;
            }
        }

        private boolean isCrashPoint(final long event, final EventKind kind, final SplittableRandom random) {
            if (parent == null && replay.event() != 0) {
                return event == replay.event();
            }
            if (quiet) {
                return false;
            }
            final long inOperation = event - operationStart;
            int perMille = profile.crashPointsPerMille();
            final boolean isStore = kind == EventKind.STORE || kind == EventKind.STORE_RELEASE;
            if (perMille == Profile.EVERY_FENCE && !isStore) {
                return true;
            }
            if (kind == EventKind.STORE) {
                perMille /= 3;
            }
            if (wasReadInside) {
                perMille *= 3;
            }
            final ThreadedWorkload running = threads;
            if (running != null && running.acknowledged() != acknowledged) {
                // What one has been told is done may hang on what another has not finished.
                acknowledged = running.acknowledged();
                perMille = AFTER_RETURN_PER_MILLE;
            }
            if (inOperation > USUAL_EVENTS + STRUCTURAL_EVENTS) {
                perMille /= 20;
            } else if (inOperation > USUAL_EVENTS) {
                perMille /= 4;
            }
            return random.nextInt(1000) < Math.max(1, perMille);
        }

        /** Reads some keys as another thread would that runs just now, and holds on to what it saw. */
        private void readInside(final SplittableRandom random) {
            final Operation operation = oracle.inFlight();
            final KvMap handle = operation == null ? null : handles.get(operation.map());
            if (operation == null || handle == null) {
                return;
            }
            readsInside++;
            wasReadInside = true;
            simulator.callOn(reader, readLimit, () -> {
                for (int i = 0; i < 1 + random.nextInt(2); i++) {
                    final boolean same = random.nextInt(3) != 0;
                    final int key = same
                            ? operation.key()
                            : profile.keys().get(random.nextInt(profile.keys().size()));
                    StoreCheck.read(handle, operation.map(), key, oracle, random.nextBoolean());
                }
                return true;
            });
        }

        private void crash(final long event, final EventKind kind, final SplittableRandom random) {
            final String only = parent == null ? replay.image() : null;
            final List<ImageChoice> choices = only == null || only.equals("none")
                    ? ImageChoice.sample(simulator, profile.imagesPerPoint(), random)
                    : List.of(ImageChoice.parse(only));
            for (final ImageChoice choice : choices) {
                crash(event, kind, choice);
            }
            if (parent == null && only == null && random.nextInt(profile.secondOneIn()) == 0) {
                crash(event, kind, ImageChoice.KILLED);
            }
        }

        private void crash(final long event, final EventKind kind, final ImageChoice choice) {
            final SplittableRandom random = new SplittableRandom(
                    mix(mix(generationSeed, event), choice.toString().hashCode()));
            final VolatileTreatment treatment =
                    choice.isKill() ? VolatileTreatment.AS_IN_MEMORY : VolatileTreatment.any(random);
            if (!simulator.fileExists()) {
                return;
            }
            if (!simulator.isNamed()) {
                delete(image);
            }
            simulator.writeImage(simulator.isNamed() ? image : subject.draftOf(image), choice, treatment, random);
            RecorderHub.install(null);
            try {
                if (parent == null) {
                    images++;
                } else {
                    imagesOfImages++;
                }
                kills += choice.isKill() ? 1 : 0;
                recover(random, choice.isKill());
            } catch (final Throwable e) {
                final String what = "crash before " + kind + " at " + where() + ", image " + choice + ", descriptors "
                        + treatment + "\n  pending: " + simulator.describePending();
                throw parent == null
                        ? failure(what, e, event, choice.toString())
                        : new AssertionError(e.getMessage() + "\n  in the image of an image: " + what, e);
            } finally {
                RecorderHub.install(recorder);
                delete(subject.draftOf(image)); // the image itself is overwritten
            }
        }

        /** Opens an image and uses it; the order in which things are touched first differs from one to the next. */
        private void recover(final SplittableRandom random, final boolean killed) {
            final Oracle expected = expectation();
            final boolean again = parent == null && (killed || random.nextInt(profile.secondOneIn()) == 0);
            final Generation next =
                    again ? new Generation(image, directory.file("image2"), expected, random.nextLong(), this) : null;
            if (next != null) {
                if (killed) {
                    next.simulator.inherit(simulator);
                }
                next.begin();
            }
            use(expected, random, next);
            if (random.nextBoolean()) {
                // What an open that ended cleanly left to the next one.
                use(expected, random, next);
            }
            if (next != null) {
                next.end();
            }
        }

        /** Opens the image, looks, stores, looks, closes; what is done first differs from one time to the next. */
        private void use(final Oracle expected, final SplittableRandom random, final @Nullable Generation next) {
            final Store recovered = subject.open(image);
            if (next != null) {
                next.opened(recovered);
            }
            StoreCheck.checkMaps(recovered, expected);
            final int order = random.nextInt(4);
            if (order == 0) {
                StoreCheck.checkAll(recovered, expected, random);
            } else if (order == 1) {
                StoreCheck.checkStructure(recovered);
            }
            final int operations = random.nextInt(profile.maxLaterOperations() + 1);
            for (int i = 0; i < operations; i++) {
                final Operation operation = profile.next(expected, random);
                if (next != null) {
                    next.run(operation);
                } else {
                    StoreCheck.run(recovered, operation, expected);
                }
            }
            if (random.nextInt(4) != 0) {
                StoreCheck.checkAll(recovered, expected, random);
            }
            if (next != null) {
                next.simulator.assertAllStoresWereSeen();
                next.closing();
            }
            recovered.close();
            if (next != null) {
                next.rethrow();
            }
        }
    }

    /** Names the command that repeats it. */
    private static final class ImageFailure extends AssertionError {
        private static final long serialVersionUID = 1L;

        ImageFailure(final String message, final Throwable cause) {
            super(message, cause);
        }
    }

    private ImageFailure failure(final String what, final Throwable cause, final long event, final String image) {
        return new ImageFailure(
                cause.getMessage() + "\n  " + profile.name() + ", seed " + seed + ", " + what + "\n  repeat it with: "
                        + Replay.command(test, seed, event, image),
                cause);
    }

    private static long mix(final long a, final long b) {
        final long h = (a * 0x9E37_79B9_7F4A_7C15L) ^ (b * 0xC2B2_AE3D_27D4_EB4FL);
        return h ^ (h >>> 29);
    }

    private static void delete(final Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
