package org.ashlar.examples.quickstart;

import java.nio.file.Path;
import org.ashlar.kv.Store;

/**
 * A store that was opened, and how long that took.
 *
 * @param store the open store
 * @param openNanos how long the open took
 * @param firstGetNanos how long the first get took, that of its map included
 */
record Opening(Store store, long openNanos, long firstGetNanos) implements AutoCloseable {

    static Opening of(final Path pool, final byte[] probe) {
        final long start = System.nanoTime();
        final Store store = Store.open(pool);
        final long opened = System.nanoTime();
        final boolean isThere = store.map(LoadedFiles.MAP).readLong(probe, value -> value.capacity(), -1) >= 0;
        final long got = System.nanoTime();
        if (!isThere) {
            store.close();
            throw new QuickstartException(
                    "the first get after the open finds nothing, though the key was acknowledged");
        }
        return new Opening(store, opened - start, got - opened);
    }

    @Override
    public void close() {
        store.close();
    }
}
