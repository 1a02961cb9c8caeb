package org.ashlar.bench;

import java.util.List;

/** The operations of one thread on records that are spread over maps: a record's index says which it is in. */
final class MapsOperations {
    private final StoreOperations[] maps;
    private final long records;
    private long state = Records.mix(1);

    MapsOperations(final List<StoreOperations> maps, final long records) {
        this.maps = maps.toArray(StoreOperations[]::new);
        this.records = records;
    }

    private StoreOperations mapOf(final long index) {
        return maps[(int) (index % maps.length)];
    }

    private long next() {
        state += Records.STEP;
        return Records.index(state, records);
    }

    /** Stores records from the first on. */
    long insert(final int count) {
        for (int i = 0; i < count; i++) {
            mapOf(i).put(i);
        }
        return count;
    }

    /** Gets values of independent keys into a buffer. */
    long get(final int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            final long index = next();
            sum += mapOf(index).get(index);
        }
        return sum;
    }

    /** Puts new values for keys that have one. */
    long update(final int count) {
        for (int i = 0; i < count; i++) {
            final long index = next();
            mapOf(index).put(index);
        }
        return state;
    }
}
