package org.ashlar.kv.spi;

import java.nio.file.Path;
import java.util.ServiceLoader;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.StoreOptions;

/** What an engine provides as a service, so that {@link Store#open(Path, StoreOptions)} finds it. */
public interface StoreProvider {
    /**
     * The engine that is on the class path.
     *
     * @return the first that is found
     * @throws StoreException when there is none
     */
    static StoreProvider find() {
        return ServiceLoader.load(StoreProvider.class, StoreProvider.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new StoreException(
                        "no store engine on the class path: add org.ashlar:ashlar-kv-engine to the dependencies"));
    }

    /**
     * Opens or creates a store.
     *
     * @param path the pool file
     * @param options how to open it
     * @return the open store
     */
    Store open(Path path, StoreOptions options);

    /**
     * Copies what can be read of a damaged store; see {@link Store#salvage}.
     *
     * @param damaged the pool file to read
     * @param target the pool file to create
     * @param targetOptions how to create it
     * @return what was copied, and what was not
     */
    SalvageReport salvage(Path damaged, Path target, StoreOptions targetOptions);
}
