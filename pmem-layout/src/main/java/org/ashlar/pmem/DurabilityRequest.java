package org.ashlar.pmem;

/** The durability that is asked for when a pool is opened; {@link DurabilityReport} says what was obtained. */
public enum DurabilityRequest {
    /** Power-failure durability by cache-line write-back where the mapping is DAX, else {@link #PROCESS_CRASH}. */
    BEST,
    /** Survives a power failure: by cache-line write-back where the mapping is DAX, else by {@code msync}; else refused. */
    POWER_FAILURE,
    /** Survives the death of the process, not that of the machine. */
    PROCESS_CRASH,
    /** Write-back instructions on whatever mapping there is, so that memory can stand in for persistent memory in tests. */
    WRITE_BACK_FORCED
}
