package org.ashlar.kv;

/** Makes a long of a value in place. */
@FunctionalInterface
public interface ToLongValueReader {
    /**
     * Called once, on the calling thread, under no lock.
     *
     * @param value the value, read-only, valid during this call only
     * @return the result
     */
    long read(ValueView value);
}
