package org.ashlar.bench;

import static org.ashlar.bench.Records.KEY_BYTES;
import static org.ashlar.bench.Records.STEP;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.ToLongValueReader;
import org.ashlar.kv.ValueView;
import org.ashlar.kv.ValueWriter;

/** Writes and reads values of one size in place. Each begins with its key. */
final class ValueOperations {
    private final KvMap map;
    private final int count;
    private final int valueBytes;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_BYTES]);
    private final UnsafeBuffer source;
    private final UnsafeBuffer target;
    private final ValueWriter writer;
    private final ToLongValueReader copier;
    private final ToLongValueReader summer = ValueOperations::sum;
    private long state = Records.mix(1);

    ValueOperations(final KvMap map, final int count, final int valueBytes) {
        this.map = map;
        this.count = count;
        this.valueBytes = valueBytes;
        source = new UnsafeBuffer(new byte[valueBytes]);
        target = new UnsafeBuffer(new byte[valueBytes]);
        writer = slot -> slot.putBytes(0, source, 0, valueBytes);
        copier = this::copy;
    }

    /** Stores all values. */
    void fill() {
        for (int i = 0; i < count; i++) {
            write((long) i);
        }
    }

    /** Puts values in place of others. */
    long write(final int times) {
        for (int i = 0; i < times; i++) {
            write(next());
        }
        return state;
    }

    private void write(final long index) {
        Records.putKey(key, index);
        source.putLong(0, Records.key(index), ByteOrder.LITTLE_ENDIAN);
        map.put(key, 0, KEY_BYTES, valueBytes, writer);
    }

    /** Copies values out. */
    long read(final int times) {
        return read(times, copier);
    }

    /** Adds up the longs of values where they lie. */
    long sum(final int times) {
        return read(times, summer);
    }

    private long read(final int times, final ToLongValueReader reader) {
        long sum = 0;
        for (int i = 0; i < times; i++) {
            final long index = next();
            Records.putKey(key, index);
            final long result = map.readLong(key, 0, KEY_BYTES, reader, -1);
            if (reader == copier && result != Records.key(index)) {
                throw Records.wrong(index, valueBytes, result);
            }
            sum += result;
        }
        return sum;
    }

    private long copy(final ValueView view) {
        view.getBytes(0, target, 0, valueBytes);
        return target.getLong(0, ByteOrder.LITTLE_ENDIAN);
    }

    private static long sum(final ValueView view) {
        long sum = 0;
        for (int i = 0; i < view.capacity(); i += Long.BYTES) {
            sum += view.getLong(i);
        }
        return sum;
    }

    private long next() {
        state += STEP;
        return Records.index(state, count);
    }
}
