package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The pool is in use by another opener, in this process or another. */
public final class StoreLockedException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public StoreLockedException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public StoreLockedException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
