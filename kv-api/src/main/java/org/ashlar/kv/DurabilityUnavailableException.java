package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The durability that was asked for cannot be had on this file. */
public final class DurabilityUnavailableException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public DurabilityUnavailableException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public DurabilityUnavailableException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
