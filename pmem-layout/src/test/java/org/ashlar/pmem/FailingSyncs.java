package org.ashlar.pmem;

import java.util.concurrent.atomic.AtomicInteger;

/** Lets {@code msync} fail as it does on a device that cannot write, for tests of this module and of those above it. */
public final class FailingSyncs implements AutoCloseable {
    private FailingSyncs() {}

    /**
     * Lets one sync fail, in whichever pool it comes up.
     *
     * @param after number of syncs that succeed first
     * @return to be closed when no sync shall fail any more
     */
    public static FailingSyncs failOnce(final int after) {
        final AtomicInteger left = new AtomicInteger(after);
        Steps.install(step -> {
            if (step.equals("msync") && left.getAndDecrement() == 0) {
                throw new PoolException(PoolException.Reason.MEDIA_ERROR, "msync failed: EIO");
            }
        });
        return new FailingSyncs();
    }

    @Override
    public void close() {
        Steps.install(null);
    }
}
