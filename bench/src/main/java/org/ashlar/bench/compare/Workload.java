package org.ashlar.bench.compare;

import java.util.SplittableRandom;

/** A mix of operations: the core workloads of YCSB, but E, which scans and waits for ordered maps; and updates alone. */
public enum Workload {
    /** Half reads, half updates. */
    A("50% reads, 50% updates", 50, 50, 0),
    /** Mostly reads. */
    B("95% reads, 5% updates", 95, 5, 0),
    /** Reads alone. */
    C("reads", 100, 0, 0),
    /** Reads of what was inserted of late, and inserts. */
    D("95% reads of the latest, 5% inserts", 95, 0, 5),
    /** Half reads, half reads with a write of the same record. */
    F("50% reads, 50% read-modify-writes", 50, 0, 0),
    /** Updates alone; not one of YCSB's. */
    U("updates", 0, 100, 0);

    private static final int ALL = 100;

    private final String mix;
    private final int reads;
    private final int updates;
    private final int inserts;

    Workload(final String mix, final int reads, final int updates, final int inserts) {
        this.mix = mix;
        this.reads = reads;
        this.updates = updates;
        this.inserts = inserts;
    }

    /** In words. */
    String mix() {
        return mix;
    }

    boolean hasInserts() {
        return inserts > 0;
    }

    /** The distribution of its reads and updates where another one is asked for: D reads the latest, whatever is asked for. */
    Distribution distribution(final Distribution asked) {
        return hasInserts() ? Distribution.LATEST : asked;
    }

    /**
     * Requests without end.
     *
     * @param distribution of reads and updates
     * @param records how many were loaded
     * @param inserts what the thread inserted, and inserts
     * @param random of the thread
     */
    Request.Source requests(
            final Distribution distribution, final int records, final Inserts inserts, final SplittableRandom random) {
        final Distribution.Draw draw = distribution.of(records, random);
        return () -> {
            final Request.Kind kind = kind(random.nextInt(ALL));
            return Request.of(
                    kind,
                    kind == Request.Kind.INSERT
                            ? inserts.next()
                            : inserts.indexAt(draw.position(hasInserts() ? inserts.newest() : records)));
        };
    }

    private Request.Kind kind(final int percentile) {
        if (percentile < reads) {
            return Request.Kind.READ;
        }
        if (percentile < reads + updates) {
            return Request.Kind.UPDATE;
        }
        return percentile < reads + updates + inserts ? Request.Kind.INSERT : Request.Kind.READ_MODIFY_WRITE;
    }
}
