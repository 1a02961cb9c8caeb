package org.ashlar.kv;

/** Writes a value in place. */
@FunctionalInterface
public interface ValueWriter {
    /**
     * Called on the calling thread, under no lock; once, unless the store was full after it, see {@link KvMap#put(byte[], int, ValueWriter)}.
     *
     * @param slot the value, all of which is to be written, valid until this call returns
     */
    void write(ValueSlot slot);
}
