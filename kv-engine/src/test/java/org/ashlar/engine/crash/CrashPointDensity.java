package org.ashlar.engine.crash;

import java.util.SplittableRandom;
import org.ashlar.pmem.sim.EventKind;
import org.jspecify.annotations.Nullable;

/** Which events are crash points: more of them where another thread has seen or been told something. */
final class CrashPointDensity {
    /** Operations with more events than this do something structural, and the events after it count for less. */
    private static final int USUAL_EVENTS = 40;

    private static final int STRUCTURAL_EVENTS = 400;

    private static final int AFTER_RETURN_PER_MILLE = 500;

    private final Profile profile;
    private long acknowledged;

    CrashPointDensity(final Profile profile) {
        this.profile = profile;
    }

    /**
     * Whether an event is one.
     *
     * @param inOperation how many events its operation has had before it
     * @param wasRead whether something was read in the middle of the operation
     * @param threads what several threads are doing, if they are
     */
    boolean isCrashPoint(
            final EventKind kind,
            final long inOperation,
            final boolean wasRead,
            final @Nullable ThreadedWorkload threads,
            final SplittableRandom random) {
        int perMille = profile.crashPointsPerMille();
        final boolean isStore = kind == EventKind.STORE || kind == EventKind.STORE_RELEASE;
        if (perMille == Profile.EVERY_FENCE && !isStore) {
            return true;
        }
        if (kind == EventKind.STORE) {
            perMille /= 3;
        }
        if (wasRead) {
            perMille *= 3;
        }
        if (threads != null && threads.acknowledged() != acknowledged) {
            // What one has been told is done may hang on what another has not finished.
            acknowledged = threads.acknowledged();
            perMille = AFTER_RETURN_PER_MILLE;
        }
        if (inOperation > USUAL_EVENTS + STRUCTURAL_EVENTS) {
            perMille /= 20;
        } else if (inOperation > USUAL_EVENTS) {
            perMille /= 4;
        }
        return random.nextInt(1000) < Math.max(1, perMille);
    }
}
