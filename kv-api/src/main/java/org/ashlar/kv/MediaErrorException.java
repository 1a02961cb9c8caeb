package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The device reported a fault, or the file was truncated behind the store's back. */
public final class MediaErrorException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public MediaErrorException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public MediaErrorException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
