package org.ashlar.engine.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.kv.Store;
import org.ashlar.pmem.MemoryRecorder;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.TurnRecorder;
import org.jspecify.annotations.Nullable;

/** A store under a simulator: the workload's own, or an image that is crashed again. */
final class Generation {
    final CrashSimulator simulator;
    final Oracle oracle;
    boolean quiet;

    @Nullable AssertionError failure;

    private final RunContext context;
    private final Path image;
    private final long generationSeed;
    private final @Nullable Generation parent;
    private final CrashPointDensity density;
    private final ReadsInside reads;
    private final CrashImages images;
    private final List<String> trace = new ArrayList<>();

    private @Nullable Store store;
    private @Nullable ThreadedWorkload threads;
    private MemoryRecorder recorder;
    private long operationStart;
    private boolean wasReadInside;

    Generation(
            final RunContext context,
            final Path pool,
            final Path image,
            final Oracle oracle,
            final long generationSeed,
            final @Nullable Generation parent) {
        this.context = context;
        simulator = context.subject.simulator(pool);
        recorder = simulator;
        this.image = image;
        this.oracle = oracle;
        this.generationSeed = generationSeed;
        this.parent = parent;
        density = new CrashPointDensity(context.profile);
        reads = new ReadsInside(context);
        images = new CrashImages(context, this);
    }

    Path image() {
        return image;
    }

    /** The seed of all that is decided. */
    long seed() {
        return generationSeed;
    }

    /** Whether this is an image that is crashed again. */
    boolean isImage() {
        return parent != null;
    }

    /** What listens at the memory seam while the store is used. */
    MemoryRecorder recorder() {
        return recorder;
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

    Oracle expectation() {
        final ThreadedWorkload running = threads;
        return running == null ? oracle.copy() : running.expectation();
    }

    void opened(final Store value) {
        store = value;
        rethrow();
    }

    void closing() {
        reads.clear();
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
        reads.begin(operation);
        StoreCheck.run(running, operation, oracle);
        rethrow();
        reads.end(operation, running, oracle);
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
            final Profile profile = context.profile;
            final SplittableRandom random = new SplittableRandom(RunContext.mix(generationSeed, event));
            // What is visible but not durable yet is there at write-backs and fences.
            final int readOneIn = kind == EventKind.STORE ? profile.readOneIn() : (profile.readOneIn() + 3) / 4;
            // Who meets DIRTY while pages are synced waits for the sync, which is held here.
            final boolean mayRead = kind == EventKind.STORE || !simulator.isPaged();
            if (readOneIn > 0 && mayRead && random.nextInt(readOneIn) == 0) {
                wasReadInside |= reads.readSome(simulator, oracle, random);
            }
            if (isCrashPoint(event, kind, random)) {
                images.crash(event, kind, random);
            }
        } catch (final AssertionError e) {
            failure = parent == null && !(e instanceof ImageFailure)
                    ? context.failure("before " + kind + ", " + where(), e, event, "none")
                    : e;
            throw failure;
        }
    }

    private boolean isCrashPoint(final long event, final EventKind kind, final SplittableRandom random) {
        if (parent == null && context.replay.event() != 0) {
            return event == context.replay.event();
        }
        return !quiet && density.isCrashPoint(kind, event - operationStart, wasReadInside, threads, random);
    }
}
