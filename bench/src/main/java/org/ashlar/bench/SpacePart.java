package org.ashlar.bench;

import java.io.IOException;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/**
 * Space: what the pool takes for each byte of keys and values. The index grows in steps, so this depends on where between two of them the
 * number of records is; what counts is the average over a doubling. It is measured eight times while a store is loaded once, with values of
 * two sizes, and again after every record was overwritten.
 */
final class SpacePart {
    /** Records measured at, in tenths of what was asked for: all of a doubling. */
    private static final int FIRST_TENTHS = 7;

    private static final int LAST_TENTHS = 14;
    private static final int TENTHS = 10;
    private static final double MOST_OF_SMALL = 1.37;
    private static final int LARGE_VALUE_BYTES = 1_000;
    private static final double MOST_OF_LARGE = 1.08;

    /** So many times fewer of the large ones, as memory is limited. */
    private static final int FEWER_LARGE = 5;

    private SpacePart() {}

    static void run(final Settings settings, final Report report) throws IOException {
        report.section("Space");
        report.note("blocks of chunks, index and descriptors, those allocated ahead of need included");
        load(settings, report, Records.VALUE_BYTES, settings.records, MOST_OF_SMALL);
        load(settings, report, LARGE_VALUE_BYTES, settings.records / FEWER_LARGE, MOST_OF_LARGE);
    }

    private static void load(
            final Settings settings, final Report report, final int valueBytes, final int records, final double most)
            throws IOException {
        final int userBytes = Records.KEY_BYTES + valueBytes;
        final String sizes = Records.KEY_BYTES + " + " + valueBytes + " B";
        final long last = recordsAt(LAST_TENTHS, records);
        try (Scratch scratch = Scratch.in(settings.path, Scratch.poolBytes(last, userBytes));
                Store store = Pools.open(scratch.file("store.pool"))) {
            final KvMap map = store.map(Pools.MAP);
            long loaded = 0;
            double sum = 0;
            for (int tenths = FIRST_TENTHS; tenths <= LAST_TENTHS; tenths++) {
                final long to = recordsAt(tenths, records);
                put(map, loaded, to, valueBytes);
                loaded = to;
                final double ratio = ratio(store.stats(), loaded, userBytes);
                sum += ratio;
                report.figure("pool bytes per user byte, " + sizes + ", " + loaded + " records", ratio, "");
            }
            report.figure(
                    "pool bytes per user byte, " + sizes + ", average",
                    sum / (LAST_TENTHS - FIRST_TENTHS + 1),
                    "",
                    Target.atMost(most));
            put(map, 0, last, valueBytes);
            report.figure(
                    "pool bytes per user byte, " + sizes + ", after as many updates",
                    ratio(store.stats(), last, userBytes),
                    "");
        }
    }

    static long recordsAt(final int tenths, final int records) {
        return (long) records * tenths / TENTHS;
    }

    private static void put(final KvMap map, final long from, final long to, final int valueBytes) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[Records.KEY_BYTES]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        for (long i = from; i < to; i++) {
            Records.putKey(key, i);
            value.putLong(0, i);
            map.put(key, 0, Records.KEY_BYTES, value, 0, valueBytes);
        }
    }

    private static double ratio(final StoreStats stats, final long records, final int userBytes) {
        return (double) stats.poolBytes() / (records * userBytes);
    }

    static void report(final Report report, final String name, final StoreStats stats, final long records) {
        report.figure(name, ratio(stats, records, Records.USER_BYTES), "");
    }
}
