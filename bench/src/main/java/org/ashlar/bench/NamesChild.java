package org.ashlar.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreStats;

/** The JVMs of {@link NamesPart}: one that creates the maps, one that opens the store. */
final class NamesChild {
    static final String CREATE = "create";
    static final String OPEN = "open";
    static final String CREATED_PER_SECOND = "created per second";
    static final String LAST_PER_SECOND = "last per second";
    static final String POOL_BYTES = "pool bytes";
    static final String USED_BYTES = "used bytes";
    static final String HEAP_BYTES = "heap bytes";
    static final String PRIVATE_BYTES = "private bytes";
    static final String CLOSE_MILLIS = "close millis";
    static final String OPEN_MILLIS = "open millis";
    static final String FIRST_MAP_MILLIS = "first map millis";
    static final String PUTS_PER_SECOND = "puts per second";
    static final String LIST_MILLIS = "list millis";

    static final int LEAST_NAME_BYTES = 8;
    static final int MOST_NAME_BYTES = 16;

    private static final int USED_MAPS = 1000;
    private static final int WARM_MAPS = 2000;
    private static final int COLLECTIONS = 3;

    private NamesChild() {}

    /**
     * Runs one of them.
     *
     * @param args what to do, the pool, the number of maps
     */
    public static void main(final String[] args) throws IOException, InterruptedException {
        Child.endWithParent();
        final Path pool = Path.of(args[1]);
        final int maps = Integer.parseInt(args[2]);
        try (Store warm = Pools.open(pool.resolveSibling(args[0] + "-warm.pool"))) {
            create(warm, 0, WARM_MAPS);
            putIntoSome(warm, WARM_MAPS);
        }
        switch (args[0]) {
            case CREATE -> create(pool, maps);
            case OPEN -> open(pool, maps);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** A name of its own for each number, of different lengths. */
    static String name(final int number) {
        final int length = LEAST_NAME_BYTES + number % (MOST_NAME_BYTES - LEAST_NAME_BYTES + 1);
        return String.format("m%0" + (length - 1) + "x", number);
    }

    /** In how many of the maps a record is put. */
    static int usedMaps(final int maps) {
        return Math.min(maps, USED_MAPS);
    }

    private static void create(final Path pool, final int maps) throws IOException, InterruptedException {
        final Store store = Pools.open(pool);
        store.map(name(0));
        final StoreStats statsBefore = store.stats();
        collect();
        final long heapBefore = heapBytes();
        final long privateBefore = ProcessMemory.withoutFile(pool).privateBytes();
        final int last = Math.max(1, maps - maps / 10);
        final long begin = System.nanoTime();
        create(store, 1, last);
        final long middle = System.nanoTime();
        create(store, last, maps);
        final long end = System.nanoTime();
        Child.tell(CREATED_PER_SECOND, perSecond(maps - 1, end - begin));
        Child.tell(LAST_PER_SECOND, perSecond(maps - last, end - middle));
        final StoreStats stats = store.stats();
        Child.tell(POOL_BYTES, (double) (stats.poolBytes() - statsBefore.poolBytes()) / maps);
        Child.tell(USED_BYTES, (double) (Pools.bytesInUse(stats) - Pools.bytesInUse(statsBefore)) / maps);
        collect();
        Child.tell(HEAP_BYTES, (double) (heapBytes() - heapBefore) / maps);
        Child.tell(PRIVATE_BYTES, (double) (ProcessMemory.withoutFile(pool).privateBytes() - privateBefore) / maps);
        final long closing = System.nanoTime();
        store.close();
        Child.tell(CLOSE_MILLIS, millis(System.nanoTime() - closing));
    }

    private static void create(final Store store, final int from, final int to) {
        for (int i = from; i < to; i++) {
            store.map(name(i));
        }
    }

    private static void open(final Path pool, final int maps) {
        final long begin = System.nanoTime();
        try (Store store = Pools.open(pool)) {
            final long opened = System.nanoTime();
            final KvMap map = store.map(name(maps / 2));
            final long got = System.nanoTime();
            if (map.size() != 0) {
                throw new IllegalStateException(map.name() + " has records");
            }
            Child.tell(OPEN_MILLIS, millis(opened - begin));
            Child.tell(FIRST_MAP_MILLIS, millis(got - opened));
            final long usedBefore = Pools.bytesInUse(store.stats());
            final long putting = System.nanoTime();
            putIntoSome(store, maps);
            Child.tell(PUTS_PER_SECOND, perSecond(usedMaps(maps), System.nanoTime() - putting));
            Child.tell(POOL_BYTES, (double) (Pools.bytesInUse(store.stats()) - usedBefore) / usedMaps(maps));
            final long listing = System.nanoTime();
            final int names = store.mapNames().size();
            Child.tell(LIST_MILLIS, millis(System.nanoTime() - listing));
            if (names != maps) {
                throw new IllegalStateException("expected " + maps + " names, found " + names);
            }
        }
    }

    /** Puts a record into each of some maps, evenly spread, and gets it. */
    private static void putIntoSome(final Store store, final int maps) {
        final int used = usedMaps(maps);
        final byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < used; i++) {
            final String name = name((int) ((long) i * maps / used));
            final KvMap map = store.map(name);
            final byte[] value = name.getBytes(StandardCharsets.US_ASCII);
            map.put(key, value);
            if (!Arrays.equals(value, map.get(key)) || map.size() != 1) {
                throw new IllegalStateException(name + " does not hold what was put");
            }
        }
    }

    private static void collect() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static long heapBytes() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double perSecond(final int count, final long nanos) {
        return count * 1e9 / nanos;
    }

    private static double millis(final long nanos) {
        return (double) nanos / TimeUnit.MILLISECONDS.toNanos(1);
    }
}
