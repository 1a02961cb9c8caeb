package org.ashlar.kv.typed;

import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.ashlar.kv.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a codec could not have written. The store has kept them as they were given to it; most often another codec, or a program
 * without one, has written them.
 */
public final class DecodeException extends StoreException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_BYTES_SHOWN = 32;

    /**
     * Made by a codec.
     *
     * @param message what is wrong with which bytes
     */
    public DecodeException(final String message) {
        super(message);
    }

    /**
     * Made by a codec.
     *
     * @param message what is wrong with which bytes
     * @param cause what led to it
     */
    public DecodeException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Bytes for a message: not more than one can look at. */
    static String show(final DirectBuffer source, final int offset, final int length) {
        final byte[] first = new byte[Math.min(length, MOST_BYTES_SHOWN)];
        source.getBytes(offset, first);
        return length + " bytes 0x" + HexFormat.of().formatHex(first) + (length > first.length ? "..." : "");
    }
}
