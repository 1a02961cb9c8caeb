package org.ashlar.pmem;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.sim.CrashSimulator;
import org.ashlar.pmem.sim.FileRange;

/** What a crash simulator has to know of a pool file. */
public final class PoolRanges {
    private PoolRanges() {}

    /**
     * Makes a simulator for a pool, from before its creation or from an image of it.
     *
     * @param pool path of the pool
     * @param geometry of the pool
     * @param placement where its descriptors live
     * @return the simulator, not installed
     */
    public static CrashSimulator simulator(
            final Path pool, final Geometry geometry, final DescriptorPlacement placement) {
        final CrashSimulator simulator = new CrashSimulator(pool, PoolCreation.draftOf(pool));
        simulator.setVolatileRanges(volatileRanges(geometry, placement));
        return simulator;
    }

    /**
     * The name of a pool that is being created.
     *
     * @param pool path of the pool
     * @return path of its draft
     */
    public static Path draftOf(final Path pool) {
        return PoolCreation.draftOf(pool);
    }

    private static List<FileRange> volatileRanges(final Geometry geometry, final DescriptorPlacement placement) {
        final List<FileRange> ranges = new ArrayList<>();
        if (placement == DescriptorPlacement.POOL) {
            final PoolLayout layout = new PoolLayout(geometry, true);
            ranges.add(new FileRange(layout.sectionHeadersOffset(), layout.sectionHeaderBytes()));
            ranges.add(new FileRange(layout.chunkHeadersOffset(), layout.chunkHeaderBytes()));
            for (int section = 0; section < geometry.maxSections(); section++) {
                ranges.add(new FileRange(layout.descriptorsOffset(section), geometry.descriptorBytesPerSection()));
            }
        }
        return ranges;
    }
}
