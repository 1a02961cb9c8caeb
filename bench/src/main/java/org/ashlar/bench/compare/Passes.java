package org.ashlar.bench.compare;

import java.util.SplittableRandom;
import org.ashlar.bench.RawProbe;

/** Requests that come to an end: loading, ageing and emptying a store. */
final class Passes {
    private static final int ALL = 100;
    private static final int REPLACED_PERCENT = 20;

    private Passes() {}

    /**
     * One request for each record of a part of the indexes, of which the threads share.
     *
     * @param from first index
     * @param to one past the last
     */
    static Request.Source each(
            final Request.Kind kind, final long from, final long to, final int thread, final int threads) {
        return new Request.Source() {
            private long next = from + thread;

            @Override
            public long next() {
                if (next >= to) {
                    return Request.NONE;
                }
                final long index = next;
                next += threads;
                return Request.of(kind, index);
            }
        };
    }

    /**
     * The same, with the records in an order that has nothing to do with that of their insertion.
     *
     * @param records how many there are in all
     */
    static Request.Source shuffled(final Request.Source source, final int records) {
        final long step = records == 1 ? 1 : RawProbe.coprimeStep(records);
        return () -> {
            final long request = source.next();
            return request == Request.NONE
                    ? Request.NONE
                    : Request.of(Request.kind(request), Request.index(request) * step % records);
        };
    }

    /** As many writes as there are records, for a thread its share: updates, and deletes with inserts after them. */
    static Request.Source ageing(final int records, final int thread, final int threads, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final long ownRecords = ((long) records - thread + threads - 1) / threads;
        return new Request.Source() {
            private long left = ownRecords;

            @Override
            public long next() {
                if (left == 0) {
                    return Request.NONE;
                }
                left--;
                // Each thread has records of its own, or one would update what another has just deleted.
                final long index = random.nextLong(ownRecords) * threads + thread;
                return Request.of(
                        random.nextInt(ALL) < REPLACED_PERCENT ? Request.Kind.REPLACE : Request.Kind.UPDATE, index);
            }
        };
    }
}
