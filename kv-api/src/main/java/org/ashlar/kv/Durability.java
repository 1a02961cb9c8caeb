package org.ashlar.kv;

/** How much a completed write survives. */
public enum Durability {
    /** The best that the file offers: {@link #POWER_FAILURE} on a DAX mapping, {@link #PROCESS_CRASH} elsewhere. */
    BEST,
    /**
     * Survives the loss of power: by cache-line write-back on a DAX mapping (or a fence alone, where the caches are in the
     * persistence domain), by {@code msync} at each persist point on any other file, which is slow and honest.
     */
    POWER_FAILURE,
    /** Survives the end of the process however it comes, not that of the machine. */
    PROCESS_CRASH,
    /**
     * Write-back instructions on any mapping, so that tmpfs can stand in for persistent memory in tests and benchmarks.
     * Survives what {@link #PROCESS_CRASH} survives, unless the mapping is persistent memory.
     */
    WRITE_BACK_FORCED
}
