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
 * bytes; a second one holds slots, of 128 bytes for values of 100 bytes, in the order of the indexes. The entry of index {@code i} lies at a place
 * computed from {@code i}, far from those of its neighbours. So an insert writes the next slot and a random line, and entry and record of a random
 * index are two independent random lines, the second known only when the first has been read. Entries are offsets, so that the file can be mapped
 * again, elsewhere; 0 where there is no record.
 *
 * <p>An insert writes the record, writes it back, writes the entry, writes it back. An update does so with a spare slot; the old slot becomes
 * the newest of the thread's spares. A delete reads the record, clears the entry, writes it back. So that threads need no lock, those that write
 * side by side have indexes of their own.
 */
public final class RawProbe {
    /** 13.4 in units of 1/1024. */
    private static final long ENTRY_SPACING = 13_722;

    private static final int ENTRY_SPACING_SHIFT = 10;
    private static final int SPARES = 1024;
    private static final int VALUE_OFFSET = KEY_BYTES;
    private static final int LINE_BYTES = 64;
    private static final double GOLDEN_RATIO = 0.6180339887;

    private final RawMapping mapping;
    private final long index;
    private final long slots;
    private final long records;
    private final long mask;
    private final long step;
    private final long spacing;
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
        mask = places(records) - 1;
        step = (long) (places(records) * GOLDEN_RATIO) | 1;
        spacing = spacing(records);
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
        return (((places(records) * spacing(records)) >>> ENTRY_SPACING_SHIFT) + pageBytes) & -pageBytes;
    }

    /** A power of two, so that an odd step visits each place once. */
    private static long places(final long records) {
        return Math.max(2, Long.highestOneBit(records - 1) << 1);
    }

    /** Of places, in units of 1/1024 bytes. */
    private static long spacing(final long records) {
        return Math.max((long) Long.BYTES << ENTRY_SPACING_SHIFT, ENTRY_SPACING * records / places(records));
    }

    private long entry(final long i) {
        return index + (((((i * step) & mask) * spacing) >>> ENTRY_SPACING_SHIFT) & -Long.BYTES);
    }

    private long slot(final long number) {
        return slots + number * slotBytes;
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
        for (long i = 0; i < records; i++) {
            put(i, slot(i), value, 0, durably);
        }
    }

    /** Writes a record to a slot, then its entry. */
    private void put(
            final long i, final long record, final UnsafeBuffer value, final long version, final boolean durably) {
        Records.putValue(value, i, version);
        Memory.putLong(record, Records.key(i));
        copyIn(value.byteArray(), record + VALUE_OFFSET);
        if (durably) {
            mapping.persist(record, KEY_BYTES + valueBytes);
        }
        putEntry(i, record - index, durably);
    }

    private void putEntry(final long i, final long offset, final boolean durably) {
        final long entry = entry(i);
        Memory.putLong(entry, offset);
        if (durably) {
            mapping.persist(entry, Long.BYTES);
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
        long step = (long) (records * GOLDEN_RATIO) | 1;
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
                spares[i] = slot(records + (long) thread * SPARES + i);
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

        /** Whether a record was inserted and not deleted. */
        public boolean isThere(final long i) {
            return Memory.getLong(entry(i)) != 0;
        }

        private long recordOf(final long i) {
            final long record = index + Memory.getLong(entry(i));
            final long key = Memory.getLong(record);
            if (key != Records.key(i)) {
                throw wrong(i, key);
            }
            return record;
        }

        /** Reads one record into {@link #target}; gives the first 8 bytes of its value. */
        public long getOne(final long i) {
            final long record = recordOf(i);
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

        /** Inserts one record durably. Each once, and none after updates: those use its slot for others. */
        public void insertOne(final long i) {
            put(i, slot(i), valueBuffer, ++version, true);
        }

        /** Updates one record durably, while no other thread updates it. */
        public void updateOne(final long i) {
            final long old = recordOf(i);
            put(i, spares[nextSpare], valueBuffer, ++version, true);
            spares[nextSpare] = old;
            nextSpare = (nextSpare + 1) & (SPARES - 1);
        }

        /** Removes one record durably, while no other thread writes it. */
        public void deleteOne(final long i) {
            recordOf(i);
            putEntry(i, 0, true);
        }
    }
}
