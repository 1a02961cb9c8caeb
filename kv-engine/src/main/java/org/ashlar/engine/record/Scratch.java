package org.ashlar.engine.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.collections.LongArrayList;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.view.SlotView;
import org.ashlar.engine.view.WritableSlot;
import org.ashlar.kv.ValueWriter;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * What one operation needs and nobody else may touch: a staging buffer, a checksum, views, and small tables. One for each
 * {@link Participant}, so that operations make no garbage.
 */
public final class Scratch {
    /** Bytes that are staged at a time. */
    public static final int STAGING_BYTES = 8192;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** Words of {@link #reserved} for each size class. */
    public static final int RESERVED_WORDS = 3;

    /** Current page (plus one) of each size class that this participant allocates from; 0 means none. */
    public final long[] activePages;

    /** For each size class, which slots of its current page are reserved for this participant and not used yet. */
    public final long[] reserved;

    /** Address of the first slot of each current page. */
    public final long[] firstSlots;

    /** What records in each current page bear in their headers. */
    public final int[] spaceIncarnations;

    /** A record that the operation is about to unlink, or has unlinked, in a page that was not judged before; 0 for none. */
    public long unlinkedUnjudged;

    /** Whether that page cannot be judged in this open either. */
    public boolean isUnlinkedUnjudgeable;

    /** The view of the value that user code gets. */
    public final SlotView valueView = new SlotView();

    /** The view of the key that user code gets. */
    public final SlotView keyView = new SlotView();

    /** Keys of one batch of a read of many. */
    public static final int BATCH = 16;

    /** Hashes of the keys of a batch. */
    public final long[] batchHashes = new long[BATCH];

    /** Index words of the keys of a batch. */
    public final long[] batchWords = new long[BATCH];

    /** Index pages that a split has taken so far. */
    public final LongArrayList takenPages = new LongArrayList();

    /** Entries that fit into neither lines nor stash of a split's first child, and of its second. */
    public final LongArrayList[] spilled = {new LongArrayList(), new LongArrayList()};

    private final WritableSlot slot = new WritableSlot();
    private final byte[] staging = new byte[STAGING_BYTES];
    private final CRC32C crc = new CRC32C();
    private long @Nullable [] words;

    /**
     * Makes the scratch space of one participant.
     *
     * @param sizeClasses number of size classes
     */
    public Scratch(final int sizeClasses) {
        activePages = new long[sizeClasses];
        reserved = new long[sizeClasses * RESERVED_WORDS];
        firstSlots = new long[sizeClasses];
        spaceIncarnations = new int[sizeClasses];
    }

    /**
     * The scratch space of a participant.
     *
     * @param participant the caller's
     * @return its scratch space
     */
    public static Scratch of(final Participant participant) {
        return (Scratch) participant.scratch();
    }

    /**
     * A table of longs, for work on whole pages; made on first use.
     *
     * @return 1,024 longs with any content
     */
    public long[] words() {
        long[] w = words;
        if (w == null) {
            w = new long[1024];
            words = w;
        }
        return w;
    }

    /**
     * Writes a whole record, checksum included, with plain stores. Nothing is durable yet.
     *
     * @param address where the record goes, aligned, with room for it
     * @param spaceIncarnation 16 bits
     * @param mapIncarnation 32 bits
     * @param open low 32 bits of the open counter
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address, of the key
     * @param keyLength bytes of the key
     * @param valueBase array that holds the value, or null
     * @param valueOffset offset from the base, or address, of the value
     * @param valueLength bytes of the value
     * @param tailBytes bytes at the end that the checksum leaves out
     */
    public void writeRecord(
            final long address,
            final int spaceIncarnation,
            final int mapIncarnation,
            final int open,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final @Nullable Object valueBase,
            final long valueOffset,
            final int valueLength,
            final int tailBytes) {
        final byte[] s = staging;
        writeHeader(spaceIncarnation, mapIncarnation, open, keyLength, valueLength);
        final long size = RecordHeader.size(keyLength, valueLength);
        crc.reset();
        if (size <= STAGING_BYTES) {
            Memory.copyToHeap(keyBase, keyOffset, s, RecordHeader.BYTES, keyLength);
            Memory.copyToHeap(valueBase, valueOffset, s, RecordHeader.BYTES + keyLength, valueLength);
            crc.update(s, Integer.BYTES, (int) size - Integer.BYTES - tailBytes);
            INT.set(s, RecordHeader.CRC_OFFSET, (int) crc.getValue());
            Memory.copyIn(s, Memory.ARRAY_BASE, address, size);
            return;
        }
        crc.update(s, Integer.BYTES, RecordHeader.BYTES - Integer.BYTES);
        Memory.copyIn(s, Memory.ARRAY_BASE, address, RecordHeader.BYTES);
        copyThroughStaging(keyBase, keyOffset, address + RecordHeader.BYTES, keyLength, keyLength);
        copyThroughStaging(
                valueBase, valueOffset, address + RecordHeader.BYTES + keyLength, valueLength, valueLength - tailBytes);
        Memory.putInt(address + RecordHeader.CRC_OFFSET, (int) crc.getValue());
    }

    /**
     * Writes a whole record, checksum included, whose value user code writes in place. Nothing is durable yet.
     *
     * @param address where the record goes, aligned, with room for it
     * @param spaceIncarnation 16 bits
     * @param mapIncarnation 32 bits
     * @param open low 32 bits of the open counter
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address, of the key
     * @param keyLength bytes of the key
     * @param valueLength bytes of the value
     * @param writer writes the value; may throw, and may use this participant's store, but not this scratch space
     */
    public void writeRecordInPlace(
            final long address,
            final int spaceIncarnation,
            final int mapIncarnation,
            final int open,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final int valueLength,
            final ValueWriter writer) {
        final long value = address + RecordHeader.BYTES + keyLength;
        slot.close(); // where a late report of a fault on the mapping kept an earlier operation from it
        slot.open(value, valueLength);
        try {
            writer.write(slot);
        } finally {
            slot.close();
            slot.forgetOwner();
        }
        Memory.noteStored(value, valueLength);
        writeHeader(spaceIncarnation, mapIncarnation, open, keyLength, valueLength);
        crc.reset();
        crc.update(staging, Integer.BYTES, RecordHeader.BYTES - Integer.BYTES);
        Memory.copyIn(staging, Memory.ARRAY_BASE, address, RecordHeader.BYTES);
        copyThroughStaging(keyBase, keyOffset, address + RecordHeader.BYTES, keyLength, keyLength);
        for (long done = 0; done < valueLength; ) {
            final int piece = (int) Math.min(STAGING_BYTES, valueLength - done);
            Memory.copyOut(value + done, staging, Memory.ARRAY_BASE, piece); // the page may be bad: see isRecordIntact
            crc.update(staging, 0, piece);
            done += piece;
        }
        Memory.putInt(address + RecordHeader.CRC_OFFSET, (int) crc.getValue());
    }

    private void writeHeader(
            final int spaceIncarnation,
            final int mapIncarnation,
            final int open,
            final int keyLength,
            final int valueLength) {
        final byte[] s = staging;
        SHORT.set(s, RecordHeader.SPACE_INCARNATION_OFFSET, (short) spaceIncarnation);
        SHORT.set(s, RecordHeader.KEY_LENGTH_OFFSET, (short) keyLength);
        INT.set(s, RecordHeader.MAP_INCARNATION_OFFSET, mapIncarnation);
        INT.set(s, RecordHeader.VALUE_LENGTH_OFFSET, valueLength);
        INT.set(s, RecordHeader.OPEN_OFFSET, open);
    }

    /** Copies in pieces; each byte is checksummed as it was copied, even if the caller's buffer changes meanwhile. */
    private void copyThroughStaging(
            final @Nullable Object base, final long offset, final long address, final long length, final long covered) {
        for (long done = 0; done < length; ) {
            final int piece = (int) Math.min(STAGING_BYTES, length - done);
            Memory.copyToHeap(base, offset + done, staging, 0, piece);
            crc.update(staging, 0, (int) Math.max(0, Math.min(piece, covered - done)));
            Memory.copyIn(staging, Memory.ARRAY_BASE, address + done, piece);
            done += piece;
        }
    }

    /**
     * Whether a record's checksum is right. Copies to the heap before it checksums, because a checksum over a mapped page
     * that has gone bad would end the JVM. The lengths are read once: what is read from a bad page may be something else each time.
     *
     * @param address of the record
     * @param tailBytes bytes at the end that the checksum leaves out
     * @param spaceBytes bytes from the address that can be read
     * @return true when it is; false too where the record claims to be longer than that
     */
    public boolean isRecordIntact(final long address, final int tailBytes, final long spaceBytes) {
        final int valueLength = RecordHeader.valueLength(address);
        final long size = RecordHeader.size(RecordHeader.keyLength(address), valueLength);
        final long covered = size - Integer.BYTES - tailBytes;
        if (valueLength < 0 || size > spaceBytes || covered < RecordHeader.BYTES - Integer.BYTES) {
            return false;
        }
        crc.reset();
        for (long done = 0; done < covered; ) {
            final int piece = (int) Math.min(STAGING_BYTES, covered - done);
            Memory.copyOut(address + Integer.BYTES + done, staging, Memory.ARRAY_BASE, piece);
            crc.update(staging, 0, piece);
            done += piece;
        }
        return (int) crc.getValue() == RecordHeader.crc(address);
    }
}
