package org.ashlar.kv.spi;

import java.nio.file.Path;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;

/** What an engine provides as a service, so that {@link Store#open(Path, StoreOptions)} finds it. */
public interface StoreProvider {
    /**
     * Opens or creates a store.
     *
     * @param path the pool file
     * @param options how to open it
     * @return the open store
     */
    Store open(Path path, StoreOptions options);
}
