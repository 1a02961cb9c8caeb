package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** A write to a store that was opened read-only. */
public final class ReadOnlyStoreException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public ReadOnlyStoreException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public ReadOnlyStoreException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
