package org.ashlar.kv;

import org.agrona.MutableDirectBuffer;

/**
 * The bytes of a value that is being written, where they will stay. Every access checks its bounds, whatever Agrona's own bounds checks
 * are set to, and the scope: outside it, or on another thread than the one it was given to, every method throws
 * {@link IllegalStateException}. {@code capacity()} is the length of the value in bytes, and does not change. It cannot be wrapped around
 * anything else: the {@code wrap} methods throw {@link UnsupportedOperationException}.
 */
public interface ValueSlot extends MutableDirectBuffer {}
