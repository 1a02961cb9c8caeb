package org.ashlar.pmem.sim;

import java.util.List;

/** How stores become durable: lines are handed to write-back, or pages to a sync, and a fence, or its end, completes that. */
final class WriteBacks {
    private final PendingStores pending;
    private final AnnouncedStore announced;
    private final FollowedThread thread;
    private final CrashPoints points;
    private boolean bySync;

    WriteBacks(
            final PendingStores pending,
            final AnnouncedStore announced,
            final FollowedThread thread,
            final CrashPoints points) {
        this.pending = pending;
        this.announced = announced;
        this.thread = thread;
        this.points = points;
    }

    void persistBySync() {
        bySync = true;
    }

    boolean areBySync() {
        return bySync;
    }

    /** The calling thread hands over lines. */
    void handOver(final List<PendingLine> lines) {
        if (lines.isEmpty() || Mutants.isLeftOut(Mutants.Kind.WRITE_BACK)) {
            return;
        }
        thread.check();
        points.pass(EventKind.WRITE_BACK);
        pending.handOver(thread.number(), lines);
    }

    /** What the calling thread has handed over becomes durable. */
    void fence() {
        if (points.hasCrashed() || !pending.hasHandedOver(thread.knownNumber())) {
            return;
        }
        thread.check();
        announced.settle();
        if (Mutants.isLeftOut(Mutants.Kind.FENCE)) {
            return;
        }
        points.pass(EventKind.FENCE);
        pending.fence(thread.number());
    }
}
