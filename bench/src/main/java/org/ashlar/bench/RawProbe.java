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
 * bytes; a second one holds slots of 128 bytes. The entry of index {@code i} lies at a place computed from {@code i},
 * the slot in a permuted order, so entry and record of a random index are two independent random lines, the second
 * known only when the first has been read. Entries are offsets, so that the file can be mapped again, elsewhere.
 *
 * <p>An update writes a record to a spare slot, writes it back, writes the entry, writes it back; the old slot becomes
 * the newest of the thread's spares. So that threads need no lock, those that update side by side have indexes of their
 * own.
 */
public final class RawProbe {
    static final int SLOT_BYTES = 128;

    /** 13.4 in units of 1/1024. */
    private static final long ENTRY_SPACING = 13_722;

    private static final int ENTRY_SPACING_SHIFT = 10;
    private static final int SPARES = 1024;
    private static final int VALUE_OFFSET = KEY_BYTES;

    private final RawMapping mapping;
    private final long index;
    private final long slots;
    private final long records;

    public RawProbe(final RawMapping mapping, final long records) {
        this.mapping = mapping;
        this.records = records;
        index = mapping.address();
        slots = index + indexBytes(records);
    }

    public static long bytes(final long records, final int threads) {
        return indexBytes(records) + (records + (long) threads * SPARES) * SLOT_BYTES;
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
        final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
        Records.fillValue(value);
        final long step = coprimeStep(records);
        long slot = 0;
        for (long i = 0; i < records; i++) {
            Records.putValue(value, i, 0);
            final long address = slots + slot * SLOT_BYTES;
            Memory.putLong(address, Records.key(i));
            Memory.copyIn(value.byteArray(), Memory.ARRAY_BASE, address + VALUE_OFFSET, VALUE_BYTES);
            if (durably) {
                mapping.persist(address, KEY_BYTES + VALUE_BYTES);
            }
            Memory.putLong(index + entryOffset(i), address - index);
            if (durably) {
                mapping.persist(index + entryOffset(i), Long.BYTES);
            }
            slot += step;
            slot -= slot >= records ? records : 0;
        }
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
        private final byte[] value = new byte[VALUE_BYTES];
        private final UnsafeBuffer valueBuffer = new UnsafeBuffer(value);
        private final byte[] target = new byte[128];
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
                spares[i] = slots + (records + (long) thread * SPARES + i) * SLOT_BYTES;
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
                throw Records.wrong(i, VALUE_BYTES, key);
            }
            Memory.copyOut(record + VALUE_OFFSET, target, Memory.ARRAY_BASE, VALUE_BYTES);
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
                throw Records.wrong(i, VALUE_BYTES, key);
            }
            Records.putValue(valueBuffer, i, ++version);
            final long fresh = spares[nextSpare];
            Memory.putLong(fresh, key);
            Memory.copyIn(value, Memory.ARRAY_BASE, fresh + VALUE_OFFSET, VALUE_BYTES);
            mapping.persist(fresh, KEY_BYTES + VALUE_BYTES);
            Memory.putLong(entry, fresh - index);
            mapping.persist(entry, Long.BYTES);
            spares[nextSpare] = old;
            nextSpare = (nextSpare + 1) & (SPARES - 1);
        }
    }
}
