package org.ashlar.engine.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.ashlar.kv.Store;
import org.ashlar.pmem.RecorderHub;

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
    private final RunContext context;
    private final Subject subject;
    private final Profile profile;
    private final long seed;
    private String statsAtEnd = "";
    private long switches;
    private long chunksGrown;

    /**
     * Prepares a run.
     *
     * @param test the test's class and method, for the command that repeats a failure
     */
    CrashRun(final Subject subject, final Profile profile, final long seed, final String test) {
        this.subject = subject;
        this.profile = profile;
        this.seed = seed;
        context = new RunContext(subject, profile, seed, test);
    }

    /** Crash images opened and checked so far. */
    long images() {
        return context.images + context.imagesOfImages;
    }

    /** How often the turn went from one thread to another. */
    long switches() {
        return switches;
    }

    /** How many chunks the pool got where it is crashed. */
    long chunksGrown() {
        return chunksGrown;
    }

    /** How many of them were of a process that was killed while the machine went on. */
    long kills() {
        return context.kills;
    }

    /** How long a reader may take before it counts as waiting for the writer. */
    void limitReads(final Duration limit) {
        context.readLimit = limit;
    }

    /**
     * Runs it all.
     *
     * @return what was done, in words
     */
    String run() {
        final long start = System.nanoTime();
        final Path pool = context.file("pool");
        final Oracle oracle = new Oracle();
        final ThreadedWorkload threads = profile.threads() == 1 ? null : new ThreadedWorkload(profile, seed, oracle);
        if (threads != null) {
            threads.prefill(subject, pool);
        }
        final Generation first = new Generation(context, pool, context.file("image"), oracle, seed, null);
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
                    ? context.failure("in the workload itself, " + first.where(), e, 0, "none")
                    : first.failure;
        } finally {
            RecorderHub.install(null);
            context.close();
        }
        return profile.name() + " seed " + seed + ": " + first.simulator.events() + " events, " + context.images
                + " images and "
                + context.imagesOfImages + " images of recovered ones, " + context.readsInside + " reads inside, "
                + (System.nanoTime() - start) / 1_000_000 + " ms; " + statsAtEnd;
    }

    private void runWorkload(final Generation first, final Path pool) {
        final Store store = subject.open(pool);
        final SplittableRandom random = new SplittableRandom(seed);
        first.opened(store);
        first.quiet = true;
        long chunks = 0;
        for (int i = 0; i < profile.quietOperations() + profile.operations(); i++) {
            if (i == profile.quietOperations()) {
                first.quiet = false;
                chunks = store.stats().chunksByState().total();
            }
            first.run(profile.next(first.oracle, random));
        }
        first.simulator.assertAllStoresWereSeen();
        StoreCheck.checkAll(store, first.oracle, random);
        chunksGrown = store.stats().chunksByState().total() - chunks;
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
}
