package org.ashlar.pmem;

/** Makes errors of this module for tests of those above it. */
public final class PoolErrors {
    private PoolErrors() {}

    /**
     * An error with all that it can carry.
     *
     * @param reason what kind
     * @param message what it says
     * @param needed bytes asked for
     * @param available bytes there were
     * @return the error
     */
    public static PoolException of(
            final PoolException.Reason reason, final String message, final long needed, final long available) {
        return new PoolException(reason, message, null, needed, available);
    }
}
