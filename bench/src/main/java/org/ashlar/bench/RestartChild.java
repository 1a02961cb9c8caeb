package org.ashlar.bench;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;

/** The JVMs of {@link RestartPart}: one that writes until it is killed, one that opens and gets. */
final class RestartChild {
    static final String WRITE = "write";
    static final String OPEN = "open";
    static final String NO_OTHER_POOL = "-";
    static final String WRITING = "writing";
    static final String OPEN_MILLIS = "open millis";
    static final String FIRST_GET_MILLIS = "first get millis";

    private static final int BATCH = 1000;
    private static final int VERIFIED_RECORDS = 10_000;

    private RestartChild() {}

    /**
     * Runs one of them.
     *
     * @param args what to do, the pool, its number of records, and for {@link #OPEN} the other pool
     */
    public static void main(final String[] args) {
        Child.endWithParent();
        final Path pool = Path.of(args[1]);
        final int records = Integer.parseInt(args[2]);
        switch (args[0]) {
            case WRITE -> write(pool, records);
            case OPEN -> open(pool, records, args[3]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Loads the pool where it is empty, then updates for ever. */
    private static void write(final Path pool, final int records) {
        final Store store = Pools.open(pool);
        final KvMap map = store.map(Pools.MAP);
        final int lastIndexOfLoad = records - 1;
        final StoreOperations operations = new StoreOperations(map, records, System.nanoTime());
        if (!operations.contains(lastIndexOfLoad)) {
            Pools.load(map, 0, records);
        }
        operations.update(BATCH);
        Child.tell(WRITING, 1);
        while (true) {
            operations.update(BATCH);
        }
    }

    private static void open(final Path pool, final int records, final String other) {
        if (!other.equals(NO_OTHER_POOL)) {
            try (Store store = Pools.open(Path.of(other))) {
                final StoreOperations operations = new StoreOperations(store.map(Pools.MAP), 1, 0);
                operations.put(0);
                operations.verify(0);
            }
        }
        final int index = records / 2;
        final long begin = System.nanoTime();
        try (Store store = Pools.open(pool)) {
            final long opened = System.nanoTime();
            final KvMap map = store.map(Pools.MAP);
            final StoreOperations operations = new StoreOperations(map, records, 0);
            operations.verify(index);
            final long got = System.nanoTime();
            Child.tell(OPEN_MILLIS, millis(opened - begin));
            Child.tell(FIRST_GET_MILLIS, millis(got - opened));
            Pools.verifySample(map, records, Math.min(records, VERIFIED_RECORDS));
        }
    }

    private static double millis(final long nanos) {
        return (double) nanos / TimeUnit.MILLISECONDS.toNanos(1);
    }
}
