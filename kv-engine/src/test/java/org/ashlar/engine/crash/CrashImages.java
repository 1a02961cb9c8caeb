package org.ashlar.engine.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.kv.Store;
import org.ashlar.pmem.RecorderHub;
import org.ashlar.pmem.sim.EventKind;
import org.ashlar.pmem.sim.ImageChoice;
import org.ashlar.pmem.sim.VolatileTreatment;
import org.jspecify.annotations.Nullable;

/** Writes the images that a crash of a store could leave, opens and uses them, and holds them against what must be there. */
final class CrashImages {
    private final RunContext context;
    private final Generation generation;

    CrashImages(final RunContext context, final Generation generation) {
        this.context = context;
        this.generation = generation;
    }

    /** Crashes the store as it is, in some of the ways in which it can be. */
    void crash(final long event, final EventKind kind, final SplittableRandom random) {
        final String only = !generation.isImage() ? context.replay.image() : null;
        final List<ImageChoice> choices = only == null || only.equals("none")
                ? ImageChoice.sample(
                        generation.simulator, context.profile.imagesPerPoint(), context.profile.takesAllOfFew(), random)
                : List.of(ImageChoice.parse(only));
        for (final ImageChoice choice : choices) {
            crash(event, kind, choice);
        }
        if (!generation.isImage() && only == null && random.nextInt(context.profile.secondOneIn()) == 0) {
            crash(event, kind, ImageChoice.KILLED);
        }
    }

    private void crash(final long event, final EventKind kind, final ImageChoice choice) {
        final SplittableRandom random = new SplittableRandom(RunContext.mix(
                RunContext.mix(generation.seed(), event), choice.toString().hashCode()));
        final VolatileTreatment treatment =
                choice.isKill() ? VolatileTreatment.AS_IN_MEMORY : VolatileTreatment.any(random);
        if (!generation.simulator.fileExists()) {
            return;
        }
        if (!generation.simulator.isNamed()) {
            delete(generation.image());
        }
        generation.simulator.writeImage(
                generation.simulator.isNamed() ? generation.image() : context.subject.draftOf(generation.image()),
                choice,
                treatment,
                random);
        RecorderHub.install(null);
        try {
            if (!generation.isImage()) {
                context.images++;
            } else {
                context.imagesOfImages++;
            }
            context.kills += choice.isKill() ? 1 : 0;
            recover(random, choice.isKill());
        } catch (final Throwable e) {
            final String what = "crash before " + kind + " at " + generation.where() + ", image " + choice
                    + ", descriptors " + treatment + "\n  pending: " + generation.simulator.describePending();
            throw !generation.isImage()
                    ? context.failure(what, e, event, choice.toString())
                    : new AssertionError(e.getMessage() + "\n  in the image of an image: " + what, e);
        } finally {
            RecorderHub.install(generation.recorder());
            delete(context.subject.draftOf(generation.image())); // the image itself is overwritten
        }
    }

    /** Opens an image and uses it; the order in which things are touched first differs from one to the next. */
    private void recover(final SplittableRandom random, final boolean killed) {
        final Oracle expected = generation.expectation();
        final boolean again = !generation.isImage() && (killed || random.nextInt(context.profile.secondOneIn()) == 0);
        final Generation next = again
                ? new Generation(
                        context, generation.image(), context.file("image2"), expected, random.nextLong(), generation)
                : null;
        if (next != null) {
            if (killed) {
                next.simulator.inherit(generation.simulator);
            }
            next.begin();
        }
        final boolean twice = random.nextBoolean();
        use(expected, random, next, !twice);
        if (twice) {
            // What an open that ended cleanly left to the next one.
            use(expected, random, next, true);
        }
        if (next != null) {
            next.end();
        }
    }

    /** Opens the image, looks, stores, looks, closes; what is done first differs from one time to the next. The last look is at all. */
    private void use(
            final Oracle expected, final SplittableRandom random, final @Nullable Generation next, final boolean last) {
        final Store recovered = context.subject.open(generation.image());
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
        final int operations = random.nextInt(context.profile.maxLaterOperations() + 1);
        for (int i = 0; i < operations; i++) {
            final Operation operation = context.profile.next(expected, random);
            if (next != null) {
                next.run(operation);
            } else {
                StoreCheck.run(recovered, operation, expected);
            }
        }
        if (last || random.nextInt(4) != 0) {
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

    private static void delete(final Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
