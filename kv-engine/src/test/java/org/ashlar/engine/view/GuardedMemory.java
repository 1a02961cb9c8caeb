package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Memory outside the heap, with random bytes to either side of a range of {@link MisuseCalls#LENGTH}, which show a stray store. */
final class GuardedMemory {
    /** Bytes to either side. */
    static final int GUARD = 512;

    private static final int SIZE = GUARD + MisuseCalls.LENGTH + GUARD;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(SIZE);

    /** Of the range. */
    long address() {
        return BufferUtil.address(memory) + GUARD;
    }

    /** Gives every byte a value that follows from the seed. */
    void fill(final long seed) {
        memory.put(0, bytes(seed));
    }

    /** Whether nothing was written since {@link #fill}. */
    boolean isAsFilled(final long seed) {
        return has(bytes(seed));
    }

    /** Whether these are the bytes of all the memory, the guards too. */
    boolean has(final byte[] expected) {
        return memory.duplicate().clear().equals(ByteBuffer.wrap(expected));
    }

    /** What {@link #fill} writes. */
    static byte[] bytes(final long seed) {
        final byte[] bytes = new byte[SIZE];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** The range within such bytes. */
    static UnsafeBuffer range(final byte[] bytes) {
        return new UnsafeBuffer(bytes, GUARD, MisuseCalls.LENGTH);
    }
}
