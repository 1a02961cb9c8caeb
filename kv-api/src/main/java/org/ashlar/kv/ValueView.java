package org.ashlar.kv;

import org.agrona.DirectBuffer;

/**
 * A read-only view of bytes that lie in the store. Every access checks its bounds, whatever Agrona's own bounds checks are
 * set to, and the scope: outside it, or on another thread than the one it was given to, every method throws
 * {@link IllegalStateException}. {@code capacity()} is the length in bytes. It cannot be wrapped around anything else:
 * the {@code wrap} methods throw {@link UnsupportedOperationException}. {@code addressOffset()} is the raw address, for code that
 * knows what it does: nothing protects what is done with it after the scope.
 */
public interface ValueView extends DirectBuffer {
    /**
     * Copies the bytes.
     *
     * @return a new array of {@code capacity()} bytes
     */
    byte[] toByteArray();
}
