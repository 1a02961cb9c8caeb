package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/**
 * There is no room: the pool is at its maximum size, or the device is full. Nothing was changed; reads and deletes go on
 * working, and after deletes there is room again.
 */
public final class StoreFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final long needed;
    private final long available;

    /**
     * Made by the engine.
     *
     * @param message what is full, and what to do
     * @param needed bytes that were needed
     * @param available bytes that were available
     * @param cause what led to it
     */
    public StoreFullException(
            final String message, final long needed, final long available, final @Nullable Throwable cause) {
        super(message + " (needed " + needed + " bytes, available " + available + ")", cause);
        this.needed = needed;
        this.available = available;
    }

    /**
     * Bytes that were needed, in one piece.
     *
     * @return bytes
     */
    public long needed() {
        return needed;
    }

    /**
     * Bytes that were available.
     *
     * @return bytes
     */
    public long available() {
        return available;
    }
}
