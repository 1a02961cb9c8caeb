package org.ashlar.engine.view;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.ValueView;
import org.jspecify.annotations.Nullable;

/**
 * A read-only window on bytes of the pool, opened for one thread and closed again; made once and used many times.
 *
 * <p>Each access asks two questions before it touches memory, always, whatever Agrona's own checks are set to:
 *
 * <ol>
 *   <li><b>Scope.</b> Is the calling thread the one that the view is open for? One field answers: {@code owner} is that
 *       thread while the view is open and null otherwise. It needs no memory order: only the owner writes its own name
 *       there and takes it away again, so no thread can find its own name there that has closed the view, or that never
 *       opened it.
 *   <li><b>Bounds.</b> Does the range lie within the view? This holds for ranges that overflow an {@code int}, for
 *       negative ones, for length prefixes found in the bytes, and for the far side of a copy.
 * </ol>
 *
 * <p>The work itself is left to an {@link UnsafeBuffer} that never leaves this class. A view that a user kept from an
 * earlier scope is the same object as the one of a later scope: used on the same thread within that later scope, it
 * reads the later scope's bytes.
 */
public final class SlotView implements ValueView {
    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private @Nullable Thread owner;

    /** Makes a view that is closed. */
    public SlotView() {}

    /**
     * Opens the view for the current thread.
     *
     * @param address of the first byte; the bytes stay readable and do not change until {@link #close}
     * @param length in bytes, 0 or more
     * @throws IllegalStateException when the view is open: scopes that nest need a view each
     */
    public void open(final long address, final int length) {
        if (owner != null) {
            throw new IllegalStateException("this view is open already, for " + owner);
        }
        if (length < 0) {
            throw new IllegalArgumentException("length must be 0 or more, but is " + length);
        }
        bytes.wrap(address, length);
        owner = Thread.currentThread();
    }

    /** Closes the view. Does nothing when it is closed. */
    public void close() {
        owner = null;
        bytes.wrap(0, 0);
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

    @Override
    public long getLong(final int index, final ByteOrder byteOrder) {
        check(index, Long.BYTES);
        return bytes.getLong(index, byteOrder);
    }

    @Override
    public long getLong(final int index) {
        check(index, Long.BYTES);
        return bytes.getLong(index);
    }

    @Override
    public int getInt(final int index, final ByteOrder byteOrder) {
        check(index, Integer.BYTES);
        return bytes.getInt(index, byteOrder);
    }

    @Override
    public int getInt(final int index) {
        check(index, Integer.BYTES);
        return bytes.getInt(index);
    }

    @Override
    public double getDouble(final int index, final ByteOrder byteOrder) {
        check(index, Double.BYTES);
        return bytes.getDouble(index, byteOrder);
    }

    @Override
    public double getDouble(final int index) {
        check(index, Double.BYTES);
        return bytes.getDouble(index);
    }

    @Override
    public float getFloat(final int index, final ByteOrder byteOrder) {
        check(index, Float.BYTES);
        return bytes.getFloat(index, byteOrder);
    }

    @Override
    public float getFloat(final int index) {
        check(index, Float.BYTES);
        return bytes.getFloat(index);
    }

    @Override
    public short getShort(final int index, final ByteOrder byteOrder) {
        check(index, Short.BYTES);
        return bytes.getShort(index, byteOrder);
    }

    @Override
    public short getShort(final int index) {
        check(index, Short.BYTES);
        return bytes.getShort(index);
    }

    @Override
    public char getChar(final int index, final ByteOrder byteOrder) {
        check(index, Character.BYTES);
        return bytes.getChar(index, byteOrder);
    }

    @Override
    public char getChar(final int index) {
        check(index, Character.BYTES);
        return bytes.getChar(index);
    }

    @Override
    public byte getByte(final int index) {
        check(index, Byte.BYTES);
        return bytes.getByte(index);
    }

    @Override
    public int parseNaturalIntAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseNaturalIntAscii(index, length);
    }

    @Override
    public long parseNaturalLongAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseNaturalLongAscii(index, length);
    }

    @Override
    public int parseIntAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseIntAscii(index, length);
    }

    @Override
    public long parseLongAscii(final int index, final int length) {
        check(index, length);
        return bytes.parseLongAscii(index, length);
    }

    @Override
    public void getBytes(final int index, final byte[] dst) {
        getBytes(index, dst, 0, dst.length);
    }

    @Override
    public void getBytes(final int index, final byte[] dst, final int offset, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(offset, length, dst.length);
        bytes.getBytes(index, dst, offset, length);
    }

    @Override
    public void getBytes(final int index, final MutableDirectBuffer dstBuffer, final int dstIndex, final int length) {
        check(index, length);
        final boolean expands = dstBuffer.isExpandable();
        Objects.checkFromIndexSize(dstIndex, length, expands ? Integer.MAX_VALUE : dstBuffer.capacity());
        dstBuffer.putBytes(dstIndex, this, index, length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dstBuffer, final int length) {
        final int position = dstBuffer.position();
        check(index, length);
        Objects.checkFromIndexSize(position, length, dstBuffer.limit());
        getBytes(index, dstBuffer, position, length);
        dstBuffer.position(position + length);
    }

    @Override
    public void getBytes(final int index, final ByteBuffer dstBuffer, final int dstOffset, final int length) {
        check(index, length);
        Objects.checkFromIndexSize(dstOffset, length, dstBuffer.capacity());
        if (dstBuffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        bytes.getBytes(index, dstBuffer, dstOffset, length);
    }

    @Override
    public String getStringAscii(final int index) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringAscii(final int index, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringAscii(final int index, final int length) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringWithoutLengthAscii(final int index, final int length) {
        check(index, length);
        return bytes.getStringWithoutLengthAscii(index, length);
    }

    @Override
    public int getStringAscii(final int index, final Appendable appendable) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringAscii(final int index, final Appendable appendable, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringAscii(final int index, final int length, final Appendable appendable) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public int getStringWithoutLengthAscii(final int index, final int length, final Appendable appendable) {
        check(index, length);
        return bytes.getStringWithoutLengthAscii(index, length, appendable);
    }

    @Override
    public String getStringUtf8(final int index) {
        final int length = prefixAt(index, ByteOrder.nativeOrder());
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringUtf8(final int index, final ByteOrder byteOrder) {
        final int length = prefixAt(index, byteOrder);
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringUtf8(final int index, final int length) {
        checkPrefixed(index, length);
        return bytes.getStringWithoutLengthUtf8(index + STR_HEADER_LEN, length);
    }

    @Override
    public String getStringWithoutLengthUtf8(final int index, final int length) {
        check(index, length);
        return bytes.getStringWithoutLengthUtf8(index, length);
    }

    @Override
    public byte[] toByteArray() {
        checkScope();
        final byte[] copy = new byte[bytes.capacity()];
        bytes.getBytes(0, copy);
        return copy;
    }

    /** Compares as {@link UnsafeBuffer} does; another view must be within its own scope. */
    @Override
    public int compareTo(final DirectBuffer that) {
        checkScope();
        return bytes.compareTo(that);
    }

    /** Whether the other object is a view of equal bytes; both must be within their scopes. */
    @Override
    public boolean equals(final @Nullable Object other) {
        checkScope();
        if (this == other) {
            return true;
        }
        if (!(other instanceof SlotView that)) {
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
        return owner == Thread.currentThread()
                ? "SlotView{" + bytes.capacity() + " bytes}"
                : "SlotView{closed, or of another thread}";
    }

    private void check(final int index, final int length) {
        checkScope();
        Objects.checkFromIndexSize(index, length, bytes.capacity());
    }

    private void checkPrefixed(final int index, final int length) {
        check(index, STR_HEADER_LEN);
        check(index + STR_HEADER_LEN, length);
    }

    /** The length of the string at an index, which is data: it is believed only where the string ends within the view. */
    private int prefixAt(final int index, final ByteOrder byteOrder) {
        check(index, STR_HEADER_LEN);
        final int length = bytes.getInt(index, byteOrder);
        if (length < 0 || length > bytes.capacity() - STR_HEADER_LEN - index) {
            throw new IndexOutOfBoundsException("the string at index " + index + " claims a length of " + length
                    + " bytes, in a view of " + bytes.capacity());
        }
        return length;
    }

    private void checkScope() {
        if (owner != Thread.currentThread()) {
            throw outOfScope(owner);
        }
    }

    private static IllegalStateException outOfScope(final @Nullable Thread owner) {
        return new IllegalStateException(
                owner == null
                        ? "this view is closed: it is valid until the reader that got it returns; copy what is needed later"
                        : "this view belongs to " + owner + ", which is reading with it, not to "
                                + Thread.currentThread());
    }

    private static UnsupportedOperationException notToBeWrapped() {
        return new UnsupportedOperationException("this view cannot be wrapped around anything else");
    }
}
