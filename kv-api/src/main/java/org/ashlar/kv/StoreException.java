package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** Anything that went wrong in a store; the subclasses say what. Unchecked. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public StoreException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public StoreException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
