package org.ashlar.pmem.sim;

import org.jspecify.annotations.Nullable;

/** Numbers the events from 1, and stops at them: calls a listener just before one takes effect, or throws there. */
final class CrashPoints {
    private final AnnouncedStore announced;
    private long events;
    private long crashAt = -1;
    private boolean crashed;
    private boolean inListener;
    private @Nullable CrashPointListener listener;

    CrashPoints(final AnnouncedStore announced) {
        this.announced = announced;
    }

    void listen(final @Nullable CrashPointListener value) {
        listener = value;
    }

    void crashAt(final long event) {
        crashAt = event;
    }

    /** Number of the last event. */
    long events() {
        return events;
    }

    boolean hasCrashed() {
        return crashed;
    }

    /** An event is about to take effect. What a listener does meanwhile is none. */
    void pass(final EventKind kind) {
        if (inListener) {
            return;
        }
        events++;
        if (events == crashAt) {
            crashed = true;
            throw new SimulatedCrash(events);
        }
        final CrashPointListener l = listener;
        if (l != null) {
            inListener = true;
            try {
                l.before(events, kind);
            } finally {
                inListener = false;
                announced.settle();
            }
        }
    }
}
