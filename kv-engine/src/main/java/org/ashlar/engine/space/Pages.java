package org.ashlar.engine.space;

import org.ashlar.pmem.Geometry;

/** Arithmetic of pages. */
public final class Pages {
    /** log2 of {@link #BYTES}. */
    public static final int SHIFT = Geometry.PAGE_SHIFT;

    /** Bytes of a page. */
    public static final int BYTES = Geometry.PAGE_BYTES;

    private Pages() {}

    /**
     * Pages that so many bytes need.
     *
     * @param bytes 0 or more
     * @return pages
     */
    public static long count(final long bytes) {
        return (bytes + BYTES - 1) >>> SHIFT;
    }
}
