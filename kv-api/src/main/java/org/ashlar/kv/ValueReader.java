package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/**
 * Makes something of a value in place.
 *
 * @param <R> what it makes
 */
@FunctionalInterface
public interface ValueReader<R extends @Nullable Object> {
    /**
     * Called once, on the calling thread, under no lock.
     *
     * @param value the value, read-only, valid during this call only
     * @return anything but the view itself
     */
    R read(ValueView value);
}
