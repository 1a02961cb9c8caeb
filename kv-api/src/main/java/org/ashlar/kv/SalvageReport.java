package org.ashlar.kv;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@link Store#salvage} did. All lists are whole: nothing is left out because it is much.
 *
 * @param copied for each map in the new pool, how many records it has got, the doubtful ones included
 * @param doubtful records that were copied although nothing tells for certain that they are live
 * @param lost places that were damaged, and what that means
 */
public record SalvageReport(SortedMap<String, Long> copied, List<Doubtful> doubtful, List<Lost> lost) {

    /**
     * Made by the engine.
     *
     * @param copied records for each map
     * @param doubtful which of them are
     * @param lost what was damaged
     */
    public SalvageReport {
        copied = Collections.unmodifiableSortedMap(new TreeMap<>(copied));
        doubtful = List.copyOf(doubtful);
        lost = List.copyOf(lost);
    }

    /**
     * Whether nothing was damaged, so that the new pool has what the old one had.
     *
     * @return true when nothing is lost or doubtful
     */
    public boolean isComplete() {
        return doubtful.isEmpty() && lost.isEmpty();
    }

    /**
     * Records that were copied.
     *
     * @return the sum over all maps
     */
    public long records() {
        return copied.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * A record that was copied, but may have been deleted, or may be older than the one that its key had last.
     *
     * @param map name of its map in the new pool
     * @param key its key
     * @param reason why nobody can tell
     */
    @SuppressWarnings("ArrayRecordComponent") // a copy, which belongs to whoever gets it
    public record Doubtful(String map, byte[] key, String reason) {}

    /**
     * Something that was damaged.
     *
     * @param where the map, or the part of the pool
     * @param reason what is wrong there, with the linear offset or the key, and what is lost by it
     */
    public record Lost(String where, String reason) {}
}
