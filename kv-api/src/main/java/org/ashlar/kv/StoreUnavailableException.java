package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The file cannot be opened, created or grown here: permissions, a read-only or full device, the platform, a missing JVM flag. The message says which, and what to do. */
public final class StoreUnavailableException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public StoreUnavailableException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public StoreUnavailableException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
