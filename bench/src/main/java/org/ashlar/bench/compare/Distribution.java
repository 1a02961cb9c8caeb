package org.ashlar.bench.compare;

import java.util.SplittableRandom;
import org.apache.commons.rng.sampling.distribution.RejectionInversionZipfSampler;
import org.apache.commons.rng.sampling.distribution.SharedStateDiscreteSampler;
import org.ashlar.bench.Records;

/** Which records are asked for how often. */
public enum Distribution {
    /** Each as often as any other. */
    UNIFORM {
        @Override
        Draw of(final int records, final SplittableRandom random) {
            return newest -> Records.index(random.nextLong(), newest);
        }
    },
    /** The k-th in popularity with a probability proportional to {@code 1 / k^0.99}; popular ones lie anywhere. */
    ZIPFIAN {
        @Override
        Draw of(final int records, final SplittableRandom random) {
            final SharedStateDiscreteSampler ranks = ranks(records, random);
            return newest -> scrambled(ranks.sample() - 1, records);
        }
    },
    /** The same, and the last record that was inserted is the most popular, the one before it the second, and so on. */
    LATEST {
        @Override
        Draw of(final int records, final SplittableRandom random) {
            final SharedStateDiscreteSampler ranks = ranks(records, random);
            return newest -> newest - ranks.sample();
        }
    };

    /** That of YCSB. */
    static final double ZIPFIAN_EXPONENT = 0.99;

    /** Draws positions of records. Of one thread. */
    @FunctionalInterface
    interface Draw {
        /**
         * Draws one.
         *
         * @param newest how many records there are, in the order of their insertion; never fewer than at first
         * @return 0 to {@code newest - 1}
         */
        long position(long newest);
    }

    /**
     * A thread's draws.
     *
     * @param records how many there are at first
     * @param random of that thread
     */
    abstract Draw of(int records, SplittableRandom random);

    /** Where the record of a rank lies. As in YCSB by a hash, so that two ranks may share a record. */
    static long scrambled(final long rank, final int records) {
        return Records.index(Records.key(rank), records);
    }

    /** Ranks from 1 on; by rejection-inversion, exact for any number of records without a sum over all of them. */
    private static SharedStateDiscreteSampler ranks(final int records, final SplittableRandom random) {
        return RejectionInversionZipfSampler.of(random::nextLong, records, ZIPFIAN_EXPONENT);
    }
}
