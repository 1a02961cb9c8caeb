package org.ashlar.kv;

/** Writes a value in place. */
@FunctionalInterface
public interface ValueWriter {
    /**
     * Called once, on the calling thread, under no lock.
     *
     * @param slot the value, all of which is to be written, valid until this call returns
     */
    void write(ValueSlot slot);
}
