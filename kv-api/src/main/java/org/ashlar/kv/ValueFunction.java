package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** Makes a new value of a value. */
@FunctionalInterface
public interface ValueFunction {
    /**
     * Called on the calling thread, under no lock; more than once when another thread changes the value meanwhile.
     *
     * @param value a copy of the value, or null when there is none
     * @return the new value, or null for none
     */
    byte @Nullable [] apply(byte @Nullable [] value);
}
