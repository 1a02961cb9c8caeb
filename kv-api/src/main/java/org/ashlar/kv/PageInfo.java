package org.ashlar.kv;

import org.jspecify.annotations.Nullable;

/**
 * What the extended descriptor of one 4 KiB page tells, since the store was opened.
 *
 * @param page number of the page: its linear offset divided by 4,096
 * @param kind what the page is used for now
 * @param map name of the map that last took space in the page; null for what the store keeps for itself, or when it is not known: nothing
 *     was taken since the open, or the map is gone
 * @param accesses about how many reads found a record that begins in the page; 0 for index pages
 * @param lastWriterThreadId {@link Thread#getId} of the thread that wrote in the page last, 0 when nobody did
 */
public record PageInfo(long page, Kind kind, @Nullable String map, long accesses, long lastWriterThreadId) {
    /** What pages are used for. */
    public enum Kind {
        /** Records that share pages. */
        SLOTS,
        /** A record that has pages or chunks of its own; it is accounted to the first of them. */
        RUN,
        /** The index of a map. */
        INDEX,
        /** Nothing. */
        FREE
    }
}
