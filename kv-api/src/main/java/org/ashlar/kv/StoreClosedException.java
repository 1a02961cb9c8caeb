package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The store was closed. */
public final class StoreClosedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public StoreClosedException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public StoreClosedException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
