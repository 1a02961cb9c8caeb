package org.ashlar.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Placement;
import org.ashlar.kv.Store;

/** The JVM of {@link MemoryPart}. */
final class MemoryChild {
    static final String EMPTY = "empty";
    static final String HEAP_USED = "heap used";
    static final String PRIVATE = "private";
    static final String PAGE_TABLES = "page tables";
    static final String POOL_RESIDENT = "pool resident";

    private static final double BYTES_OF_MIB = 1 << 20;
    private static final int OPERATIONS = 200_000;
    private static final int COLLECTIONS = 3;

    private MemoryChild() {}

    /**
     * Loads in two steps and tells what it takes after each.
     *
     * @param args the pool, the number of records of the first step, that of both
     */
    public static void main(final String[] args) throws IOException, InterruptedException {
        Child.endWithParent();
        final Path pool = Path.of(args[0]);
        final int small = Integer.parseInt(args[1]);
        final int large = Integer.parseInt(args[2]);
        collectGarbage();
        Child.tell(EMPTY, ProcessMemory.ofAll().privateBytes() / BYTES_OF_MIB);
        try (Store store = Pools.open(pool, Placement.POOL)) {
            final KvMap map = store.map(Pools.MAP);
            Pools.load(map, 0, small);
            use(map, small);
            tell(pool);
            Pools.load(map, small, large);
            use(map, large);
            tell(pool);
        }
    }

    private static void use(final KvMap map, final int records) {
        final StoreOperations operations = new StoreOperations(map, records, 1);
        operations.get(OPERATIONS);
        operations.read(OPERATIONS);
        operations.update(OPERATIONS);
        operations.deleteAndInsert(OPERATIONS);
    }

    private static void collectGarbage() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static void tell(final Path pool) throws IOException, InterruptedException {
        collectGarbage();
        final ProcessMemory memory = ProcessMemory.withoutFile(pool);
        final long heap =
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        Child.tell(HEAP_USED, heap / BYTES_OF_MIB);
        Child.tell(PRIVATE, memory.privateBytes() / BYTES_OF_MIB);
        Child.tell(PAGE_TABLES, memory.pageTableBytes() / BYTES_OF_MIB);
        Child.tell(POOL_RESIDENT, memory.fileResidentBytes() / BYTES_OF_MIB);
    }
}
