package org.ashlar.bench;

import static org.ashlar.bench.Records.KEY_BYTES;
import static org.ashlar.bench.Records.STEP;
import static org.ashlar.bench.Records.VALUE_BYTES;

import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.pmem.Memory;

/**
 * The floor under the store: the same memory traffic, and no store around it. No hash, no epoch, no checks of any kind
 * but that of the key.
 *
 * <p>One region holds index entries of 8 bytes, 13.4 bytes apart on average as a store's index has them, in lines of 64
 * bytes; a second one holds slots, of 128 bytes for values of 100 bytes. The entry of index {@code i} lies at a place computed from {@code i},
 * the slot in a permuted order, so entry and record of a random index are two independent random lines, the second
 * known only when the first has been read. Entries are offsets, so that the file can be mapped again, elsewhere.
 *
 * <p>An update writes a record to a spare slot, writes it back, writes the entry, writes it back; the old slot becomes
 * the newest of the thread's spares. So that threads need no lock, those that update side by side have indexes of their
 * own.
 */
public final class RawProbe {
    /** 13.4 in units of 1/1024. */
    private static final long ENTRY_SPACING = 13_722;

    private static final int ENTRY_SPACING_SHIFT = 10;
    private static final int SPARES = 1024;
    private static final int VALUE_OFFSET = KEY_BYTES;
    private static final int LINE_BYTES = 64;

    private final RawMapping mapping;
    private final long index;
    private final long slots;
    private final long records;
    private final int valueBytes;
    private final int slotBytes;

    /** Of values of 100 bytes. */
    public RawProbe(final RawMapping mapping, final long records) {
        this(mapping, records, VALUE_BYTES);
    }

    /**
     * Of values of any one length.
     *
     * @param valueBytes 16 or more: whose value it is and which write, as {@link Records} has it
     */
    public RawProbe(final RawMapping mapping, final long records, final int valueBytes) {
        this.mapping = mapping;
        this.records = records;
        this.valueBytes = valueBytes;
        slotBytes = slotBytes(valueBytes);
        index = mapping.address();
        slots = index + indexBytes(records);
    }

    /** What a mapping for values of 100 bytes takes. */
    public static long bytes(final long records, final int threads) {
        return bytes(records, threads, VALUE_BYTES);
    }

    /** What a mapping for values of any one length takes. */
    public static long bytes(final long records, final int threads, final int valueBytes) {
        return indexBytes(records) + (records + (long) threads * SPARES) * slotBytes(valueBytes);
    }

    private static int slotBytes(final int valueBytes) {
        return (KEY_BYTES + valueBytes + LINE_BYTES - 1) & -LINE_BYTES;
    }

    private static long indexBytes(final long records) {
        final int pageBytes = 4096;
        return (entryOffset(records) + pageBytes) & -pageBytes;
    }

    private static long entryOffset(final long i) {
        return ((i * ENTRY_SPACING) >>> ENTRY_SPACING_SHIFT) & -Long.BYTES;
    }

    /** Stores all records. */
    public void fill() {
        fill(false);
    }

    /** Stores all records durably, one after the other, in two steps: the record, then its entry. */
    void fillDurably() {
        fill(true);
    }

    private void fill(final boolean durably) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        Records.fillValue(value);
        final long step = coprimeStep(records);
        long slot = 0;
        for (long i = 0; i < records; i++) {
            Records.putValue(value, i, 0);
            final long address = slots + slot * slotBytes;
            Memory.putLong(address, Records.key(i));
            copyIn(value.byteArray(), address + VALUE_OFFSET);
            if (durably) {
                mapping.persist(address, KEY_BYTES + valueBytes);
            }
            Memory.putLong(index + entryOffset(i), address - index);
            if (durably) {
                mapping.persist(index + entryOffset(i), Long.BYTES);
            }
            slot += step;
            slot -= slot >= records ? records : 0;
        }
    }

    /** With a constant length, where it is the usual one: such a copy is unrolled. */
    private void copyIn(final byte[] value, final long address) {
        if (valueBytes == VALUE_BYTES) {
            Memory.copyIn(value, Memory.ARRAY_BASE, address, VALUE_BYTES);
        } else {
            Memory.copyIn(value, Memory.ARRAY_BASE, address, valueBytes);
        }
    }

    private void copyOut(final long address, final byte[] target) {
        if (valueBytes == VALUE_BYTES) {
            Memory.copyOut(address, target, Memory.ARRAY_BASE, VALUE_BYTES);
        } else {
            Memory.copyOut(address, target, Memory.ARRAY_BASE, valueBytes);
        }
    }

    private static IllegalStateException wrong(final long i, final long key) {
        return new IllegalStateException("record " + i + ": expected the key " + Long.toHexString(Records.key(i))
                + ", found " + Long.toHexString(key));
    }

    /** A step that visits all slots before it comes back. */
    public static long coprimeStep(final long records) {
        long step = (long) (records * 0.6180339887) | 1;
        while (greatestCommonDivisor(step, records) != 1) {
            step += 2;
        }
        return step % records;
    }

    private static long greatestCommonDivisor(final long a, final long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /**
     * The operations of one thread.
     *
     * @param thread its number
     * @param threads how many update at the same time
     * @param seed of its random sequence
     */
    public Operations operations(final int thread, final int threads, final long seed) {
        return new Operations(thread, threads, seed);
    }

    /** The operations of one thread. */
    public final class Operations {
        private final int thread;
        private final int threads;
        private final byte[] value = new byte[valueBytes];
        private final UnsafeBuffer valueBuffer = new UnsafeBuffer(value);
        private final byte[] target = new byte[slotBytes];
        private final long[] spares = new long[SPARES];
        private int nextSpare;
        private long state;
        private long version;

        Operations(final int thread, final int threads, final long seed) {
            this.thread = thread;
            this.threads = threads;
            state = Records.mix(seed);
            Records.fillValue(valueBuffer);
            for (int i = 0; i < SPARES; i++) {
                spares[i] = slots + (records + (long) thread * SPARES + i) * slotBytes;
            }
        }

        /** Where a value that was read is. */
        public byte[] target() {
            return target;
        }

        /** Reads records of independent keys. */
        long get(final int count) {
            long sum = 0;
            for (int i = 0; i < count; i++) {
                state += STEP;
                sum += getOne(Records.index(state, records));
            }
            return sum;
        }

        /** Reads records, each key depending on the value before. */
        long getChained(final int count) {
            for (int i = 0; i < count; i++) {
                state += STEP + getOne(Records.index(state, records));
            }
            return state;
        }

        /** Reads one record into {@link #target}; gives the first 8 bytes of its value. */
        public long getOne(final long i) {
            final long record = index + Memory.getLong(index + entryOffset(i));
            final long key = Memory.getLong(record);
            if (key != Records.key(i)) {
                throw wrong(i, key);
            }
            copyOut(record + VALUE_OFFSET, target);
            return Memory.getLong(target, Memory.ARRAY_BASE);
        }

        /** Updates records of independent keys durably, while no other thread does. */
        long update(final int count) {
            for (int i = 0; i < count; i++) {
                state += STEP;
                updateOne(Records.index(state, records));
            }
            return state;
        }

        /** Updates records of this thread's share of the keys durably. */
        long updateOwn(final int count) {
            for (int i = 0; i < count; i++) {
                state += STEP;
                updateOne(Records.index(state, records / threads) * threads + thread);
            }
            return state;
        }

        /** Updates one record durably, while no other thread updates it. */
        public void updateOne(final long i) {
            final long entry = index + entryOffset(i);
            final long old = index + Memory.getLong(entry);
            final long key = Memory.getLong(old);
            if (key != Records.key(i)) {
                throw wrong(i, key);
            }
            Records.putValue(valueBuffer, i, ++version);
            final long fresh = spares[nextSpare];
            Memory.putLong(fresh, key);
            copyIn(value, fresh + VALUE_OFFSET);
            mapping.persist(fresh, KEY_BYTES + valueBytes);
            Memory.putLong(entry, fresh - index);
            mapping.persist(entry, Long.BYTES);
            spares[nextSpare] = old;
            nextSpare = (nextSpare + 1) & (SPARES - 1);
        }
    }
}
