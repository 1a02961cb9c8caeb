package org.ashlar.bench;

import static org.ashlar.bench.Records.KEY_BYTES;
import static org.ashlar.bench.Records.STEP;
import static org.ashlar.bench.Records.VALUE_BYTES;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.IndexedValueReader;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueView;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one thread on a map that holds records 0 to {@code records - 1}. The "chained" ones take the next
 * index from the value just read, so that no two of them overlap: they show latency, the others throughput.
 */
final class StoreOperations {
    static final int BATCH = 16;

    private static final ToLongValueReader ENDS =
            view -> view.getLong(0, ByteOrder.LITTLE_ENDIAN) + (view.getByte(view.capacity() - 1) - (VALUE_BYTES - 1));

    private final KvMap map;
    private final long records;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private final UnsafeBuffer target = new UnsafeBuffer(new byte[128]);
    private final UnsafeBuffer keys = new UnsafeBuffer(new byte[BATCH * KEY_BYTES]);
    private final long[] batch = new long[BATCH];
    private final IndexedValueReader each = this::readEach;
    private long sum;
    private long state;
    private long version;

    StoreOperations(final KvMap map, final long records, final long seed) {
        this.map = map;
        this.records = records;
        state = Records.mix(seed);
        Records.fillValue(value);
    }

    /** Gets values of independent keys into a buffer. */
    long get(final int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            state += STEP;
            sum += get(Records.index(state, records));
        }
        return sum;
    }

    /** Gets values into a buffer, each key depending on the value before. */
    long getChained(final int count) {
        for (int i = 0; i < count; i++) {
            state += STEP + get(Records.index(state, records));
        }
        return state;
    }

    private long get(final long index) {
        return get(map, index);
    }

    /** Gets one value of a map that need not be this one's into a buffer; gives its first 8 bytes. */
    long get(final KvMap from, final long index) {
        Records.putKey(key, index);
        final int length = from.get(key, 0, KEY_BYTES, target, 0);
        return Records.check(index, length, target.getLong(0, ByteOrder.LITTLE_ENDIAN));
    }

    /** Reads both ends of values of independent keys in place. */
    long read(final int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            state += STEP;
            sum += read(Records.index(state, records));
        }
        return sum;
    }

    /** Reads both ends of values in place, each key depending on the value before. */
    long readChained(final int count) {
        for (int i = 0; i < count; i++) {
            state += STEP + read(Records.index(state, records));
        }
        return state;
    }

    private long read(final long index) {
        Records.putKey(key, index);
        return Records.check(index, VALUE_BYTES, map.readLong(key, 0, KEY_BYTES, ENDS, -1));
    }

    /** Reads both ends of values of independent keys in place, {@value #BATCH} at a time. */
    long readMany(final int count) {
        for (int i = 0; i < count; i += BATCH) {
            for (int j = 0; j < BATCH; j++) {
                state += STEP;
                batch[j] = Records.index(state, records);
                keys.putLong(j * KEY_BYTES, Records.key(batch[j]), ByteOrder.LITTLE_ENDIAN);
            }
            if (map.readAll(keys, 0, KEY_BYTES, BATCH, each) != BATCH) {
                throw Records.wrong(batch[0], -1, 0);
            }
        }
        return sum;
    }

    private void readEach(final int index, final @Nullable ValueView view) {
        sum += Records.check(batch[index], VALUE_BYTES, view == null ? -1 : ENDS.read(view));
    }

    /** Puts new values for keys that have one. */
    long update(final int count) {
        for (int i = 0; i < count; i++) {
            state += STEP;
            put(Records.index(state, records));
        }
        return state;
    }

    /** Removes and stores again; two operations each. */
    long deleteAndInsert(final int count) {
        for (int i = 0; i < count; i++) {
            state += STEP;
            final long index = Records.index(state, records);
            Records.putKey(key, index);
            if (!map.delete(key, 0, KEY_BYTES)) {
                throw Records.wrong(index, -1, 0);
            }
            Records.putValue(value, index, ++version);
            if (!map.putIfAbsent(key, 0, KEY_BYTES, value, 0, VALUE_BYTES)) {
                throw Records.wrong(index, VALUE_BYTES, 0);
            }
        }
        return state;
    }

    void put(final long index) {
        put(map, index);
    }

    /** Puts one value into a map that need not be this one's. */
    void put(final KvMap into, final long index) {
        Records.putKey(key, index);
        Records.putValue(value, index, ++version);
        into.put(key, 0, KEY_BYTES, value, 0, VALUE_BYTES);
    }

    /** Gets one record and checks it. */
    void verify(final long index) {
        get(index);
    }

    boolean contains(final long index) {
        Records.putKey(key, index);
        return map.contains(key, 0, KEY_BYTES);
    }
}
