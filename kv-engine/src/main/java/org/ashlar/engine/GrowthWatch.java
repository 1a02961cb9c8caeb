package org.ashlar.engine;

import java.nio.file.Path;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.pmem.GrowthListener;
import org.jspecify.annotations.Nullable;

/** Counts growths of the pool, and tells a flight recorder of them. */
final class GrowthWatch implements GrowthListener {
    private final Path path;
    private final long chunkBytes;

    /** Written under the lock of growth. */
    private volatile long growths;

    private volatile boolean growing;

    /** What is told of the growth that runs, and what there was before; under the lock of growth. */
    private EngineEvents.@Nullable Growth running;

    private int before;

    GrowthWatch(final Path path, final long chunkBytes) {
        this.path = path;
        this.chunkBytes = chunkBytes;
    }

    @Override
    public void growthBegins(final int allocatedChunks) {
        before = allocatedChunks;
        growing = true;
        running = EngineEvents.get().growthBegins();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // growth has a lock
    public void growthEnds(final int allocatedChunks) {
        growing = false;
        if (allocatedChunks > before) {
            growths++;
        }
        final EngineEvents.Growth event = running;
        running = null;
        if (event != null) {
            event.ends(path, before * chunkBytes, allocatedChunks * chunkBytes);
        }
    }

    long growths() {
        return growths;
    }

    boolean isGrowing() {
        return growing;
    }
}
