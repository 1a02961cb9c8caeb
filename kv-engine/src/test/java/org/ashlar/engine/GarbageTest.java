package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operations leave to the collector: nothing, splits and growth included, but for a few objects of what grows in the background. */
final class GarbageTest {
    private static final int WARM_UP = 100_000;
    private static final int RECORDS = 200_000;
    private static final double MOST_BYTES_EACH = 0.5;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[100]);

    private void select(final long number) {
        key.putLong(0, number * 0x9E37_79B9_7F4A_7C15L);
    }

    private void insert(final KvMap map, final int from, final int to) {
        for (int i = from; i < to; i++) {
            select(i);
            map.put(key, 0, Long.BYTES, value, 0, value.capacity());
        }
    }

    private void get(final KvMap map, final int from, final int to) {
        for (int i = from; i < to; i++) {
            select(i);
            assertEquals(value.capacity(), map.get(key, 0, Long.BYTES, value, 0));
        }
    }

    private void delete(final KvMap map, final int from, final int to) {
        for (int i = from; i < to; i++) {
            select(i);
            map.delete(key, 0, Long.BYTES);
        }
    }

    private void assertNoGarbage(final int operations, final String what, final Runnable run) {
        final long before = threads.getCurrentThreadAllocatedBytes();
        run.run();
        final double each = (double) (threads.getCurrentThreadAllocatedBytes() - before) / operations;
        assertTrue(each < MOST_BYTES_EACH, () -> each + " bytes for each " + what);
    }

    @Test
    void insertsWithSplitsAndGrowthGetsUpdatesAndDeletesLeaveNothing() {
        try (EngineStore store = EngineStore.open(folder.resolve("pool"), TestStores.options(), Tuning.STANDARD)) {
            final KvMap map = store.map("m");
            insert(map, 0, WARM_UP);
            get(map, 0, WARM_UP);
            final long splits = store.stats().splits();
            final long bytes = store.stats().poolBytes();
            assertNoGarbage(RECORDS, "insert", () -> insert(map, WARM_UP, WARM_UP + RECORDS));
            assertTrue(store.stats().splits() - splits > RECORDS / 441, "too few splits to tell");
            assertTrue(store.stats().poolBytes() > bytes, "no growth");
            assertNoGarbage(RECORDS, "get", () -> get(map, WARM_UP, WARM_UP + RECORDS));
            assertNoGarbage(RECORDS, "update", () -> insert(map, WARM_UP, WARM_UP + RECORDS));
            delete(map, 0, WARM_UP);
            assertNoGarbage(RECORDS, "delete", () -> delete(map, WARM_UP, WARM_UP + RECORDS));
            TestStores.assertSound(store);
        }
    }
}
