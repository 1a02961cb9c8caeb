package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** The file is not a pool, or one of a format or with a feature that this version does not know. */
public final class UnsupportedFormatException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public UnsupportedFormatException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public UnsupportedFormatException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
