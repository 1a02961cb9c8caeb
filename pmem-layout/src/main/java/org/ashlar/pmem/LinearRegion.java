package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.CLOSED;
import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;
import static org.ashlar.pmem.PoolException.Reason.OUT_OF_BOUNDS;
import static org.ashlar.pmem.PoolException.Reason.READ_ONLY;

import java.util.Objects;
import java.util.concurrent.locks.StampedLock;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The linear bytes of a pool, as a device that is a little smaller than the file and knows nothing of descriptors. No access
 * leaves it: offsets are checked, the range has an address range of its own with guards on either side, chunks without blocks
 * on the device are refused, as are writes to a read-only pool and any access after close, each with a {@link PoolException}.
 *
 * <p>Thread-safe; each access takes a shared lock, so that close waits for it. That costs some 20 ns, which is why an engine
 * works on addresses instead and keeps readers and close apart by its own means. Values are little endian, at any alignment;
 * atomicity is promised for none of them.
 */
public final class LinearRegion {
    private final PoolMapping mapping;
    private final AllocationState allocation;
    private final Persistence persistence;
    private final boolean readOnly;
    private final int chunkShift;
    private final StampedLock gate = new StampedLock();

    LinearRegion(
            final PoolMapping mapping,
            final AllocationState allocation,
            final Persistence persistence,
            final boolean readOnly) {
        this.mapping = mapping;
        this.allocation = allocation;
        this.persistence = persistence;
        this.readOnly = readOnly;
        chunkShift = Integer.numberOfTrailingZeros(mapping.layout().geometry().chunkBytes());
    }

    /** Waits for the accesses under way; every later one is refused once the allocation says closed. */
    void close() {
        final long stamp = gate.writeLock();
        try {
            allocation.close();
        } finally {
            gate.unlockWrite(stamp);
        }
    }

    /**
     * The number of linear bytes.
     *
     * @return bytes; not all of them need have blocks
     */
    public long size() {
        allocation.checkOpen();
        return (long) allocation.chunkCount() << chunkShift;
    }

    /**
     * Reads a byte.
     *
     * @param offset of the byte
     * @return its value
     */
    public byte getByte(final long offset) {
        final long stamp = gate.readLock();
        try {
            return settled(Memory.getByte(address(offset, Byte.BYTES)));
        } catch (final InternalError e) {
            throw mediaError(offset, Byte.BYTES, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Reads an int.
     *
     * @param offset of its first byte
     * @return its value
     */
    public int getInt(final long offset) {
        final long stamp = gate.readLock();
        try {
            return settled(Memory.getInt(null, address(offset, Integer.BYTES)));
        } catch (final InternalError e) {
            throw mediaError(offset, Integer.BYTES, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Reads a long.
     *
     * @param offset of its first byte
     * @return its value
     */
    public long getLong(final long offset) {
        final long stamp = gate.readLock();
        try {
            return settled(Memory.getLong(null, address(offset, Long.BYTES)));
        } catch (final InternalError e) {
            throw mediaError(offset, Long.BYTES, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Reads bytes.
     *
     * @param offset of the first byte
     * @param target receives them
     * @param index where in the target
     * @param length how many
     */
    public void getBytes(final long offset, final byte[] target, final int index, final int length) {
        Objects.checkFromIndexSize(index, length, target.length);
        read(offset, target, Memory.ARRAY_BASE + index, length);
    }

    /**
     * Reads bytes.
     *
     * @param offset of the first byte
     * @param target receives them
     * @param index where in the target
     * @param length how many
     */
    public void getBytes(final long offset, final MutableDirectBuffer target, final int index, final int length) {
        Objects.checkFromIndexSize(index, length, target.capacity());
        read(offset, target.byteArray(), target.addressOffset() + index, length);
    }

    private void read(final long offset, final byte @Nullable [] base, final long baseOffset, final int length) {
        final long stamp = gate.readLock();
        try {
            Memory.copyOut(address(offset, length), base, baseOffset, length);
            Memory.settleFaults();
        } catch (final InternalError e) {
            throw mediaError(offset, length, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Writes a byte.
     *
     * @param offset of the byte
     * @param value its value
     */
    public void putByte(final long offset, final byte value) {
        putBytes(offset, new byte[] {value}, 0, Byte.BYTES);
    }

    /**
     * Writes an int.
     *
     * @param offset of its first byte
     * @param value its value
     */
    public void putInt(final long offset, final int value) {
        final long stamp = gate.readLock();
        try {
            Memory.putInt(writableAddress(offset, Integer.BYTES), value);
            Memory.settleFaults();
        } catch (final InternalError e) {
            throw mediaError(offset, Integer.BYTES, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Writes a long.
     *
     * @param offset of its first byte
     * @param value its value
     */
    public void putLong(final long offset, final long value) {
        final long stamp = gate.readLock();
        try {
            Memory.putLong(writableAddress(offset, Long.BYTES), value);
            Memory.settleFaults();
        } catch (final InternalError e) {
            throw mediaError(offset, Long.BYTES, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Writes bytes.
     *
     * @param offset of the first byte
     * @param source holds them
     * @param index where in the source
     * @param length how many
     */
    public void putBytes(final long offset, final byte[] source, final int index, final int length) {
        Objects.checkFromIndexSize(index, length, source.length);
        write(offset, source, Memory.ARRAY_BASE + index, length);
    }

    /**
     * Writes bytes.
     *
     * @param offset of the first byte
     * @param source holds them
     * @param index where in the source
     * @param length how many
     */
    public void putBytes(final long offset, final DirectBuffer source, final int index, final int length) {
        Objects.checkFromIndexSize(index, length, source.capacity());
        write(offset, source.byteArray(), source.addressOffset() + index, length);
    }

    private void write(final long offset, final byte @Nullable [] base, final long baseOffset, final int length) {
        final long stamp = gate.readLock();
        try {
            Memory.copyIn(base, baseOffset, writableAddress(offset, length), length);
            Memory.settleFaults();
        } catch (final InternalError e) {
            throw mediaError(offset, length, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /**
     * Makes a range durable, as far as the pool's durability goes.
     *
     * @param offset of the first byte
     * @param length how many
     */
    public void persist(final long offset, final long length) {
        final long stamp = gate.readLock();
        try {
            final long address = writableAddress(offset, length);
            if (length > 0) {
                touchPages(address, length);
                persistence.persist(address, length);
            }
        } catch (final InternalError e) {
            throw mediaError(offset, length, e);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    /** A fault in a plain read is an error that can be caught; in a write-back it would kill the JVM. */
    private static void touchPages(final long address, final long length) {
        for (long page = PoolLayout.alignPageDown(address); page < address + length; page += Geometry.PAGE_BYTES) {
            Memory.getByte(page);
        }
        Memory.settleFaults();
    }

    private long writableAddress(final long offset, final long length) {
        if (readOnly) {
            allocation.checkOpen();
            throw new PoolException(READ_ONLY, "the pool is open read-only; open it for writing");
        }
        return address(offset, length);
    }

    private long address(final long offset, final long length) {
        final int count = allocation.chunkCount();
        if (allocation.isClosed()) {
            throw new PoolException(CLOSED, "the pool is closed; open it again");
        }
        final long size = (long) count << chunkShift;
        if (offset < 0 || length < 0 || offset > size - length) {
            throw new PoolException(
                    OUT_OF_BOUNDS,
                    "the pool has " + size + " linear bytes, and not " + length + " at " + offset,
                    null,
                    length,
                    size);
        }
        if (length > 0) {
            for (long chunk = offset >> chunkShift; chunk <= (offset + length - 1) >> chunkShift; chunk++) {
                allocation.checkChunk(chunk);
            }
        }
        return mapping.dataAddress() + offset;
    }

    private byte settled(final byte value) {
        Memory.settleFaults();
        return value;
    }

    private int settled(final int value) {
        Memory.settleFaults();
        return value;
    }

    private long settled(final long value) {
        Memory.settleFaults();
        return value;
    }

    private static PoolException mediaError(final long offset, final long length, final InternalError cause) {
        return new PoolException(
                MEDIA_ERROR,
                "the device cannot give or take the " + length + " bytes at linear offset " + offset
                        + " (or the file was cut short); see the kernel's log",
                cause);
    }
}
