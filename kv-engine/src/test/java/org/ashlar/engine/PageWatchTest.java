package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.PageInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What extended descriptors tell of a store's pages. */
final class PageWatchTest {
    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private EngineStore open(final boolean extended) {
        return EngineStore.open(
                folder.resolve("pool"), TestStores.options().withExtendedDescriptors(extended), Tuning.tiny());
    }

    @Test
    void thePageThatReadsHitIsTheHottestAndBearsTheNameOfItsMapAndItsWriter() {
        try (EngineStore store = open(true)) {
            final KvMap cold = store.map("cold");
            final KvMap hot = store.map("hot");
            for (int i = 0; i < 200; i++) {
                cold.put(new byte[] {(byte) i}, new byte[1_000]);
            }
            hot.put(new byte[] {1}, new byte[3_000]);
            cold.get(new byte[] {7});
            for (int i = 0; i < 50; i++) {
                assertEquals(3_000, hot.readLong(new byte[] {1}, view -> view.capacity(), -1));
            }
            final List<PageInfo> hottest = store.hottestPages(2);
            final PageInfo first = hottest.get(0);
            assertEquals(50, first.accesses());
            assertEquals("hot", first.map());
            assertEquals(PageInfo.Kind.SLOTS, first.kind());
            assertEquals(Thread.currentThread().getId(), first.lastWriterThreadId());
            assertEquals(1, hottest.get(1).accesses());
            assertEquals("cold", hottest.get(1).map());

            final List<PageInfo> all = store.hottestPages(Integer.MAX_VALUE);
            assertEquals(51, all.stream().mapToLong(PageInfo::accesses).sum(), "each read counts for one page: " + all);
            assertTrue(
                    all.stream().anyMatch(page -> page.kind() == PageInfo.Kind.INDEX && "cold".equals(page.map())),
                    () -> "no index page: " + all);
            assertTrue(store.dropMap("hot"));
            assertEquals(50, store.hottestPages(1).get(0).accesses());
            assertEquals(null, store.hottestPages(1).get(0).map());
        }
        try (EngineStore store = open(true)) {
            assertEquals(List.of(), store.hottestPages(10), "what was hot before is not carried over");
        }
    }

    @Test
    void withoutExtendedDescriptorsThereIsNothingToTell() {
        try (EngineStore store = open(false)) {
            final KvMap map = store.map("m");
            map.put(new byte[] {1}, new byte[3_000]);
            map.get(new byte[] {1});
            assertEquals(List.of(), store.hottestPages(10));
        }
    }
}
