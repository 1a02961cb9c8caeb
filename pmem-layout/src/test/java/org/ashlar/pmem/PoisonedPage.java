package org.ashlar.pmem;

import java.nio.file.Path;

/** A page of a pool's mapping that faults at every touch, as one above a bad block of the device does. */
public final class PoisonedPage {
    private PoisonedPage() {}

    /**
     * Makes a page fault, until the pool is closed. What the file holds there does not change.
     *
     * @param page address of a mapped page
     * @param emptyFile a file of no bytes, created where it is missing: a mapping beyond its end is what faults
     */
    public static void at(final long page, final Path emptyFile) {
        try (PoolFile file = PoolFile.openOrCreate(emptyFile)) {
            Mmap.mapShared(page, Geometry.PAGE_BYTES, file, 0, false);
        }
    }
}
