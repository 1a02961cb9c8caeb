package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A range of bytes of the pool, opened for one thread and closed again; made once and used many times. What is done with the bytes is
 * left to {@link ReadableBytes} and the classes below it; here are the two questions that each access asks before it touches memory,
 * always, whatever Agrona's own checks are set to:
 *
 * <ol>
 *   <li><b>Scope.</b> Is the calling thread the one that the range is open for? {@code owner} is the thread that opened it last, and
 *       {@code isOpen} tells whether it still is. Neither needs memory order. A range that goes from thread to thread is made to
 *       {@linkplain #forgetOwner forget} each after it: only the owner writes its own name there and takes it away again, so no
 *       thread can find its own name there that has closed the range, or that never opened it. A range that serves one thread keeps
 *       its name, and only that thread ever gets as far as the flag. Why it is kept: some collectors answer the store of a reference
 *       into an old object with a full fence, which costs more than all the rest of a read.
 *   <li><b>Bounds.</b> Do the bytes lie within the range? This holds for ranges that overflow an {@code int}, for
 *       negative ones, for length prefixes found in the bytes, and for the far side of a copy.
 * </ol>
 *
 * <p>The work itself is left to an {@link UnsafeBuffer} that is handed to nobody. An object that a user kept from an earlier scope is
 * the same as the one of a later scope: used on the same thread within that later scope, it reaches the later scope's bytes.
 */
abstract class ScopedBytes implements DirectBuffer {
    /** Reaches what it is told to: every use comes after a check. */
    final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);

    private final String noun;
    private final String whenValid;
    private @Nullable Thread owner;
    private boolean isOpen;

    /**
     * Makes a range that is closed.
     *
     * @param noun what a message calls this object
     * @param whenValid what a message says to somebody who uses it too late
     */
    ScopedBytes(final String noun, final String whenValid) {
        this.noun = noun;
        this.whenValid = whenValid;
    }

    /**
     * Opens the range for the current thread.
     *
     * @param address of the first byte; the bytes stay where they are until {@link #close}, and nobody else changes them
     * @param length in bytes, 0 or more
     * @throws IllegalStateException when it is open: scopes that nest need an object each
     */
    public void open(final long address, final int length) {
        if (isOpen) {
            throw new IllegalStateException("this " + noun + " is open already, for " + owner);
        }
        reopen(address, length);
    }

    /**
     * As {@link #open}, whether it is open or not: where a late report of a fault on the mapping may have kept an earlier scope from closing
     * it.
     *
     * @param address of the first byte
     * @param length in bytes, 0 or more
     */
    public void reopen(final long address, final int length) {
        if (length < 0) {
            throw new IllegalArgumentException("length must be 0 or more, but is " + length);
        }
        bytes.wrap(address, length);
        final Thread thread = Thread.currentThread();
        if (owner != thread) {
            owner = thread;
        }
        isOpen = true;
    }

    /** Closes the range. Does nothing when it is closed. To be followed by {@link #forgetOwner}, unless one thread has it for itself. */
    public void close() {
        isOpen = false;
        bytes.wrap(0, 0);
    }

    /** The range may be opened by another thread next. It is closed. */
    public void forgetOwner() {
        owner = null;
    }

    @Override
    public void wrap(final byte[] buffer) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final byte[] buffer, final int offset, final int length) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final ByteBuffer buffer) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final ByteBuffer buffer, final int offset, final int length) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final DirectBuffer buffer) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final DirectBuffer buffer, final int offset, final int length) {
        throw notToBeWrapped();
    }

    @Override
    public void wrap(final long address, final int length) {
        throw notToBeWrapped();
    }

    @Override
    public long addressOffset() {
        checkScope();
        return bytes.addressOffset();
    }

    @Override
    public byte @Nullable [] byteArray() {
        checkScope();
        return null;
    }

    @Override
    public @Nullable ByteBuffer byteBuffer() {
        checkScope();
        return null;
    }

    @Override
    public int wrapAdjustment() {
        checkScope();
        return 0;
    }

    @Override
    public int capacity() {
        checkScope();
        return bytes.capacity();
    }

    @Override
    public void checkLimit(final int limit) {
        checkScope();
        if (limit < 0 || limit > bytes.capacity()) {
            throw new IndexOutOfBoundsException("limit " + limit + " is not within 0 to " + bytes.capacity());
        }
    }

    @Override
    public void boundsCheck(final int index, final int length) {
        check(index, length);
    }

    /** Compares as {@link UnsafeBuffer} does; another view or slot must be within its own scope. */
    @Override
    public int compareTo(final DirectBuffer that) {
        checkScope();
        return bytes.compareTo(that);
    }

    /** Whether the other object is a view or a slot of equal bytes; both must be within their scopes. */
    @Override
    public boolean equals(final @Nullable Object other) {
        checkScope();
        if (this == other) {
            return true;
        }
        if (!(other instanceof ScopedBytes that)) {
            return false;
        }
        that.checkScope();
        return bytes.equals(that.bytes);
    }

    @Override
    public int hashCode() {
        checkScope();
        return bytes.hashCode();
    }

    /** In words, and at any time: loggers and debuggers call it where they like. */
    @Override
    public String toString() {
        return getClass().getSimpleName()
                + (isInScope() ? "{" + bytes.capacity() + " bytes}" : "{closed, or of another thread}");
    }

    final void check(final int index, final int length) {
        checkScope();
        Objects.checkFromIndexSize(index, length, bytes.capacity());
    }

    final void checkPrefixed(final int index, final int length) {
        check(index, STR_HEADER_LEN);
        check(index + STR_HEADER_LEN, length);
    }

    final void checkScope() {
        if (!isInScope()) {
            throw outOfScope();
        }
    }

    private boolean isInScope() {
        return owner == Thread.currentThread() && isOpen;
    }

    private IllegalStateException outOfScope() {
        final Thread other = owner;
        return new IllegalStateException(
                !isOpen || other == null || other == Thread.currentThread()
                        ? "this " + noun + " is closed: " + whenValid
                        : "this " + noun + " belongs to " + other + ", in whose call it is open, not to "
                                + Thread.currentThread());
    }

    private UnsupportedOperationException notToBeWrapped() {
        return new UnsupportedOperationException("this " + noun + " cannot be wrapped around anything else");
    }
}
