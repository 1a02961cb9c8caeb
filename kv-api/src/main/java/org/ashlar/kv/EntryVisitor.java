package org.ashlar.kv;

/** Sees the entries of a map, one after another. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * Called once for each entry, on the calling thread, under no lock.
     *
     * @param key the key, read-only, valid during this call only
     * @param value the value, read-only, valid during this call only
     * @return true to go on, false to end the iteration
     */
    boolean visit(ValueView key, ValueView value);
}
