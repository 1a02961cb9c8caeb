package org.ashlar.engine;

import java.nio.file.Path;
import java.util.Objects;
import org.ashlar.kv.SalvageReport;
import org.ashlar.kv.Store;
import org.ashlar.kv.StoreOptions;
import org.ashlar.kv.spi.StoreProvider;
import org.ashlar.pmem.Geometry;

/** Lets {@link Store#open(Path, StoreOptions)} find this engine. */
public final class EngineProvider implements StoreProvider {
    /** Called by the service loader. */
    public EngineProvider() {}

    @Override
    public Store open(final Path path, final StoreOptions options) {
        return EngineStore.open(path, options, Tuning.STANDARD);
    }

    @Override
    public SalvageReport salvage(final Path damaged, final Path target, final StoreOptions targetOptions) {
        Objects.requireNonNull(damaged, "damaged");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(targetOptions, "targetOptions");
        final Geometry given = EngineStore.geometry(targetOptions);
        return Salvage.run(damaged, target, targetOptions, Tuning.STANDARD, given);
    }
}
