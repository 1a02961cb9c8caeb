package org.ashlar.engine.record;

/** The linear bytes of a pool that may be damaged, read into the heap. */
@FunctionalInterface
public interface LinearBytes {
    /**
     * Reads bytes.
     *
     * @param offset linear offset of the first
     * @param into where they go
     * @param at index of the first there
     * @param length bytes
     * @return false where some of them cannot be read; what is in {@code into} means nothing then
     */
    boolean read(long offset, byte[] into, int at, int length);
}
