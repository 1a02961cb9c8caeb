package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/**
 * There is no room: the pool is at its maximum size, or the device is full. Nothing was changed; reads and deletes go on
 * working, and after deletes there is room again.
 *
 * <p>What is {@linkplain #available available} can be more than what is {@linkplain #needed needed}, where it is in pieces that are too small,
 * or that serve records of other sizes as long as there are some beside them: then it takes deletes of records of about the size that is
 * needed, or of many others.
 */
public final class StoreFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final long needed;
    private final long available;

    /**
     * Made by the engine.
     *
     * @param message what is full, and what to do
     * @param needed bytes that were needed, in one piece
     * @param available bytes that were free, in pieces of any size
     * @param cause what led to it
     */
    public StoreFullException(
            final String message, final long needed, final long available, final @Nullable Throwable cause) {
        super(message + " (needed " + needed + " bytes, available " + available + ")", cause);
        this.needed = needed;
        this.available = available;
    }

    /**
     * Bytes that were needed, in one piece: the whole place that a record of that size gets, which is a slot, some pages of 4 KiB, or some
     * chunks; a page where it was the index that had no room for one more key. Zero where a store could not be created or opened.
     *
     * @return bytes
     */
    public long needed() {
        return needed;
    }

    /**
     * Bytes that were free when the write gave up, in pieces of any size: slots, pages and chunks, as far as this open has judged them; and,
     * unless the device is full, what the pool could still grow by, and the chunks that were given back to the device. Without what threads
     * hold in reserve. Racy where others write at the same time. Zero where a store could not be created or opened, or where a fault kept it from being counted.
     *
     * @return bytes
     */
    public long available() {
        return available;
    }
}
