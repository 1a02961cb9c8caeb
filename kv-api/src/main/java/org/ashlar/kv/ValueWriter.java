package org.ashlar.kv;

/** Writes a value in place. */
@FunctionalInterface
public interface ValueWriter {
    /**
     * Called once, on the calling thread, under no lock.
     *
     * @param slot the value, zero at first, valid until this call returns
     */
    void write(ValueSlot slot);
}
