package org.ashlar.pmem;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.sim.FileRange;

/** Where section headers, chunk headers and core descriptors lie, for tests that spoil them between opens. */
public final class DescriptorAreas {
    private DescriptorAreas() {}

    /**
     * In the pool itself.
     *
     * @param geometry of a pool with its descriptors in it
     * @param fileBytes length of the pool's file
     * @return areas that begin within the file, cut at its end
     */
    public static List<FileRange> inPool(final Geometry geometry, final long fileBytes) {
        final PoolLayout layout = new PoolLayout(geometry, true);
        final List<FileRange> areas = new ArrayList<>();
        add(areas, layout.sectionHeadersOffset(), layout.sectionHeaderBytes(), fileBytes);
        add(areas, layout.chunkHeadersOffset(), layout.chunkHeaderBytes(), fileBytes);
        for (int section = 0; section < geometry.maxSections(); section++) {
            add(areas, layout.descriptorsOffset(section), geometry.descriptorBytesPerSection(), fileBytes);
        }
        return areas;
    }

    /**
     * In a descriptor file: all but the page that binds it to a pool.
     *
     * @param fileBytes length of the file
     * @return one area
     */
    public static List<FileRange> inDescriptorFile(final long fileBytes) {
        return List.of(new FileRange(DescriptorFile.HEADERS_OFFSET, fileBytes - DescriptorFile.HEADERS_OFFSET));
    }

    private static void add(final List<FileRange> areas, final long offset, final long bytes, final long fileBytes) {
        if (offset < fileBytes) {
            areas.add(new FileRange(offset, Math.min(bytes, fileBytes - offset)));
        }
    }
}
