package org.ashlar.bench;

import java.util.List;
import org.ashlar.kv.KvMap;

/** The operations of one thread on records that are spread over maps: a record's index says which it is in. */
final class MapsOperations {
    private final KvMap[] maps;
    private final long records;
    private final StoreOperations operations; // one for all maps: as many buffers would push the maps out of the cache
    private long state = Records.mix(1);

    MapsOperations(final List<KvMap> maps, final long records) {
        this.maps = maps.toArray(KvMap[]::new);
        this.records = records;
        operations = new StoreOperations(this.maps[0], records, 1);
    }

    private KvMap mapOf(final long index) {
        return maps[(int) index % maps.length];
    }

    private long next() {
        state += Records.STEP;
        return Records.index(state, records);
    }

    /** Stores records from the first on. */
    long insert(final int count) {
        for (int i = 0; i < count; i++) {
            operations.put(mapOf(i), i);
        }
        return count;
    }

    /** Gets values of independent keys into a buffer. */
    long get(final int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            final long index = next();
            sum += operations.get(mapOf(index), index);
        }
        return sum;
    }

    /** Puts new values for keys that have one. */
    long update(final int count) {
        for (int i = 0; i < count; i++) {
            final long index = next();
            operations.put(mapOf(index), index);
        }
        return state;
    }
}
