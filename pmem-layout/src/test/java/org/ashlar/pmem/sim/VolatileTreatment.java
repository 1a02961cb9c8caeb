package org.ashlar.pmem.sim;

import java.util.List;
import java.util.SplittableRandom;

/** What a crash image holds in the ranges that are never flushed: descriptors and chunk headers. */
public enum VolatileTreatment {
    /** What was in memory, stamped by the open that crashed: the end of the process. */
    AS_IN_MEMORY,
    /** What the file held when it was mapped first: power failed and no line was ever evicted. */
    AS_AT_FIRST,
    /** Zero bytes. */
    ZERO,
    /** Random bytes. */
    GARBAGE,
    /** Each line one of the above: power failed and some lines were evicted. */
    MIXED;

    private static final List<VolatileTreatment> ALL = List.of(values());

    /**
     * Any of them.
     *
     * @param random decides
     * @return a treatment
     */
    public static VolatileTreatment any(final SplittableRandom random) {
        return ALL.get(random.nextInt(ALL.size()));
    }
}
