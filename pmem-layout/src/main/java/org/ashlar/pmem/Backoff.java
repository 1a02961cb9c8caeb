package org.ashlar.pmem;

import java.util.concurrent.locks.LockSupport;

/**
 * Waits for another thread: spins, then yields, then parks, so that a virtual thread does not starve its carrier. Parks for about as long as it has
 * waited, up to 2 ms: where the one that is waited for waits for a device, hundreds that look more often leave it no processor.
 */
final class Backoff {
    private static final int SPINS = 64;
    private static final int YIELDS = SPINS + 16;
    private static final long MIN_PARK_NANOS = 1_000;
    private static final int MAX_PARK_DOUBLINGS = 11;

    private Backoff() {}

    /**
     * Waits a little.
     *
     * @param attempt how often the caller has waited already
     * @return the attempt to pass next time
     */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding is a step between spinning and parking; nothing relies on it.
    static int pause(final int attempt) {
        if (attempt < SPINS) {
            Thread.onSpinWait();
        } else if (attempt < YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(MIN_PARK_NANOS << Math.min(attempt - YIELDS, MAX_PARK_DOUBLINGS));
        }
        return attempt == Integer.MAX_VALUE ? attempt : attempt + 1;
    }
}
