package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** A structure of the pool fails its check. What is hit is reported and never treated as free, absent or old. */
public final class CorruptStoreException extends StoreException {
    private static final long serialVersionUID = 1L;

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     */
    public CorruptStoreException(final String message) {
        super(message);
    }

    /**
     * Made by the engine.
     *
     * @param message what is wrong, with the values that explain it, and what to do
     * @param cause what led to it
     */
    public CorruptStoreException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}
