package org.ashlar.engine;

import java.nio.file.Path;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.spi.StoreProvider;

/** Lets {@link Store#open(Path, StoreOptions)} find this engine. */
public final class EngineProvider implements StoreProvider {
    /** Called by the service loader. */
    public EngineProvider() {}

    @Override
    public Store open(final Path path, final StoreOptions options) {
        return EngineStore.open(path, options, Tuning.STANDARD);
    }
}
