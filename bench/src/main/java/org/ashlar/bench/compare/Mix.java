package org.ashlar.bench.compare;

import java.util.Locale;

/**
 * A workload with the distribution of its reads and updates.
 *
 * @param workload which operations
 * @param distribution on which records
 */
record Mix(Workload workload, Distribution distribution) {
    /** As a heading. */
    String title() {
        return "Workload " + workload + ", " + distribution.name().toLowerCase(Locale.ROOT);
    }
}
