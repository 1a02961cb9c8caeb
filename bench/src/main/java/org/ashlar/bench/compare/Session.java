package org.ashlar.bench.compare;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.bench.Records;

/**
 * The operations of one thread on a store. Key and values are in buffers of the session, on the heap or outside, whichever the store takes
 * best: so no store has to copy from one into the other. A read ends with the value's bytes in {@link #found}, in memory that the store
 * may do with as it likes afterwards: whoever reads has a copy.
 */
public abstract class Session implements AutoCloseable {
    private static final byte[] LONG_KEY_WORD = {'r', 'e', 'c', 'o', 'r', 'd', ':'};
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    private static final int BITS_OF_DIGIT = 4;

    /** The key of the selected record, as long as keys are. */
    protected final UnsafeBuffer key;

    /** The value to write, as long as the longest. */
    protected final UnsafeBuffer value;

    /** The value that was read. */
    protected final UnsafeBuffer found;

    private final boolean keysAreLong;

    /**
     * Of one thread.
     *
     * @param shape of keys and values
     * @param direct whether the buffers are direct ones, or of arrays
     */
    protected Session(final Shape shape, final boolean direct) {
        keysAreLong = shape.keyBytes() == Shape.LONG_KEY_BYTES;
        key = buffer(shape.keyBytes(), direct);
        value = buffer(shape.values().longest(), direct);
        found = buffer(shape.values().longest(), direct);
        if (keysAreLong) {
            key.putBytes(0, LONG_KEY_WORD);
        }
        Values.fill(value);
    }

    private static UnsafeBuffer buffer(final int bytes, final boolean direct) {
        return direct ? new UnsafeBuffer(ByteBuffer.allocateDirect(bytes)) : new UnsafeBuffer(new byte[bytes]);
    }

    /**
     * Selects a record for the next operations.
     *
     * @param index of the record
     * @param number its key, {@link Records#key} of the index
     */
    protected void select(final long index, final long number) {
        if (keysAreLong) {
            putDigits(key, number);
        } else {
            key.putLong(0, number, ByteOrder.LITTLE_ENDIAN);
        }
    }

    /**
     * Says who else is about to use any record, for whoever cannot have one used by two threads at the same time. All records are the
     * session's own until then.
     *
     * @param thread which of them the session's is
     * @param threads how many
     */
    protected void share(final int thread, final int threads) {}

    private static void putDigits(final MutableDirectBuffer key, final long number) {
        long rest = number;
        for (int i = Shape.LONG_KEY_BYTES - 1; i >= LONG_KEY_WORD.length; i--) {
            key.putByte(i, DIGITS[(int) (rest & (DIGITS.length - 1))]);
            rest >>>= BITS_OF_DIGIT;
        }
    }

    /**
     * Reads the selected record into {@link #found}.
     *
     * @return bytes of its value, or -1 when there is none
     */
    protected abstract int get();

    /**
     * Stores {@link #value} under the selected key, whether there is a value already or not. Has returned when the write has the store's
     * promised durability.
     *
     * @param length bytes of the value
     */
    protected abstract void put(int length);

    /**
     * Removes the selected record.
     *
     * @return whether there was one
     */
    protected abstract boolean delete();

    /** Gives back what the session holds. By the thread that made it, before the store is closed. */
    @Override
    public void close() {}
}
