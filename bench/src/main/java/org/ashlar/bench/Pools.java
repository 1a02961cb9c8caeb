package org.ashlar.bench;

import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.ashlar.kv.Durability;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.StoreStats;

/** Opens and loads the pools of the benchmarks. */
final class Pools {
    static final String MAP = "bench";

    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final int HISTOGRAM_DIGITS = 3;

    private Pools() {}

    /** Opens a pool as all parts but the large one do: with write-back instructions, whatever is mapped. */
    static Store open(final Path file) {
        return open(file, Placement.AUTO);
    }

    static Store open(final Path file, final Placement placement) {
        return Store.open(
                file,
                StoreOptions.defaults()
                        .withDurability(Durability.WRITE_BACK_FORCED)
                        .withPlacement(placement));
    }

    /**
     * Stores records that the map does not hold yet.
     *
     * @param map where
     * @param from first index
     * @param to one past the last index
     */
    static void load(final KvMap map, final long from, final long to) {
        final StoreOperations operations = new StoreOperations(map, to, 0);
        for (long i = from; i < to; i++) {
            operations.put(i);
        }
    }

    /**
     * Stores records that the map does not hold yet, and times each.
     *
     * @param map where
     * @param records indexes 0 to this
     * @return nanoseconds of each put
     */
    static Histogram loadTimed(final KvMap map, final long records) {
        final Histogram nanos = new Histogram(LONGEST_NANOS, HISTOGRAM_DIGITS);
        final StoreOperations operations = new StoreOperations(map, records, 0);
        long begin = System.nanoTime();
        for (long i = 0; i < records; i++) {
            operations.put(i);
            final long end = System.nanoTime();
            nanos.recordValue(Math.min(end - begin, LONGEST_NANOS));
            begin = end;
        }
        return nanos;
    }

    /** Gets a sample of the records, evenly spread, and checks each. */
    static void verifySample(final KvMap map, final long records, final int sample) {
        final StoreOperations operations = new StoreOperations(map, records, 0);
        for (long i = 0; i < sample; i++) {
            operations.verify(i * records / sample);
        }
    }

    static long chunkBytes(final StoreStats stats) {
        return stats.bytes().total() / stats.chunks();
    }

    /** Bytes of chunks that hold something, or cannot be had for anything else. */
    static long bytesInUse(final StoreStats stats) {
        return (stats.chunks() - stats.freshChunks() - stats.freeChunks()) * chunkBytes(stats);
    }
}
