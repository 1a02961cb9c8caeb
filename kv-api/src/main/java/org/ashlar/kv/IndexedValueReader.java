package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/** Reads the values of many keys in place. */
@FunctionalInterface
public interface IndexedValueReader {
    /**
     * Called once for each key, on the calling thread, under no lock.
     *
     * @param index number of the key, from 0
     * @param value the value, valid until this call returns; null when the key has none
     */
    void read(int index, @Nullable ValueView value);
}
