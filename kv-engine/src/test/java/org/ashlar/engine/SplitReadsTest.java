package org.ashlar.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.ashlar.kv.KvMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A split reads records where the tags of its entries do not hold the next bits of the hash: at depth 7, 15 and so on, each record of the
 * page once. (Entries of overflow chains are read as well; random keys have none.)
 *
 * <p>A page has room for 441 entries, and splits when nearly all are taken. So with 312 records for each page of a depth, all pages of the
 * depth before, which had 625, are split, and of this one none: it would be 6 standard deviations from the mean.
 */
final class SplitReadsTest {
    private static final int ENTRIES_OF_PAGE = 441;
    private static final int MEAN_ENTRIES = 312;
    private static final int READING_DEPTH = 7;

    @TempDir(factory = MemoryFolder.class)
    Path folder;

    private int records;

    /** Adds records until all pages have a depth. */
    private void fillTo(final EngineStore store, final int depth) {
        final KvMap map = store.map("m");
        for (; records < MEAN_ENTRIES << depth; records++) {
            map.put(ByteBuffer.allocate(Integer.BYTES).putInt(records).array(), new byte[0]);
        }
        assertEquals((1 << depth) - 1, store.stats().splits());
    }

    @Test
    void splitsReadNoRecordButAtOneDepthOfEightAndThereEachOnce() {
        try (EngineStore store = TestStores.roomy(folder.resolve("pool"))) {
            fillTo(store, READING_DEPTH);
            assertEquals(0, store.stats().recordsReadBySplits());

            final int readingSplits = 1 << READING_DEPTH;
            fillTo(store, READING_DEPTH + 1);
            final long read = store.stats().recordsReadBySplits();
            assertTrue(read <= readingSplits * ENTRIES_OF_PAGE, () -> read + " by " + readingSplits + " splits");
            assertTrue(read > readingSplits * MEAN_ENTRIES, () -> read + " by " + readingSplits + " splits");

            fillTo(store, READING_DEPTH + 3);
            assertEquals(read, store.stats().recordsReadBySplits());
            TestStores.assertSound(store);
        }
    }
}
