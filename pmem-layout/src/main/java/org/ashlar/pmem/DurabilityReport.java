package org.ashlar.pmem;

/**
 * What durability an open pool has, and why.
 *
 * @param requested what was asked for
 * @param mode what a persist does
 * @param dax whether the mapping is a synchronous DAX mapping ({@code MAP_SYNC})
 * @param survivesPowerFailure whether a write that was persisted survives a power failure
 * @param explanation a sentence that says how it came to this
 */
public record DurabilityReport(
        DurabilityRequest requested,
        Persistence.Mode mode,
        boolean dax,
        boolean survivesPowerFailure,
        String explanation) {}
