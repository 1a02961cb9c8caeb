package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistributionTest {
    private static final int RECORDS = 10_000;
    private static final int DRAWS = 1_000_000;

    /** Of a million draws, the share of a record may differ by this much from its probability: ten standard deviations. */
    private static final double TOLERANCE = 10 * Math.sqrt(0.11 / DRAWS);

    private static int[] counts(final Distribution distribution, final long newest) {
        final int[] counts = new int[(int) newest];
        final Distribution.Draw draw = distribution.of(RECORDS, new SplittableRandom(1));
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) draw.position(newest)]++;
        }
        return counts;
    }

    /** {@code 1 / rank^s}, divided by the sum over all ranks. */
    private static double probability(final int rank) {
        double sum = 0;
        for (int i = 1; i <= RECORDS; i++) {
            sum += Math.pow(i, -Distribution.ZIPFIAN_EXPONENT);
        }
        return Math.pow(rank, -Distribution.ZIPFIAN_EXPONENT) / sum;
    }

    private static double share(final int count) {
        return (double) count / DRAWS;
    }

    @Test
    void uniformAsksForEachRecordAsOften() {
        final int[] counts = counts(Distribution.UNIFORM, RECORDS);
        final double expected = (double) DRAWS / RECORDS;
        for (final int count : counts) {
            assertEquals(expected, count, 7 * Math.sqrt(expected));
        }
    }

    @Test
    void latestAsksForTheLastRecordsAsOftenAsTheFormulaSays() {
        final int[] counts = counts(Distribution.LATEST, RECORDS);
        for (final int rank : new int[] {1, 2, 3, 10, 100}) {
            assertEquals(probability(rank), share(counts[RECORDS - rank]), TOLERANCE, () -> "rank " + rank);
        }
    }

    @Test
    void latestFollowsWhatIsInserted() {
        final int[] counts = counts(Distribution.LATEST, RECORDS + 500);
        assertEquals(probability(1), share(counts[RECORDS + 499]), TOLERANCE);
        assertEquals(0, counts[499], "more than " + RECORDS + " records back");
    }

    @Test
    void zipfianAsksForTheMostPopularRecordsAsOftenAsTheFormulaSays() {
        final int[] counts = counts(Distribution.ZIPFIAN, RECORDS);
        final double[] expected = new double[RECORDS];
        for (int rank = 1; rank <= RECORDS; rank++) {
            // Two ranks may share a record.
            expected[(int) Distribution.scrambled(rank - 1, RECORDS)] += Math.pow(rank, -Distribution.ZIPFIAN_EXPONENT);
        }
        final double sum = Arrays.stream(expected).sum();
        for (int rank = 1; rank <= 100; rank++) {
            final int record = (int) Distribution.scrambled(rank - 1, RECORDS);
            assertEquals(expected[record] / sum, share(counts[record]), TOLERANCE, "rank " + rank);
        }
    }

    @Test
    void popularRecordsOfZipfianLieAnywhere() {
        final Set<Long> tenths = new HashSet<>();
        for (int rank = 0; rank < 100; rank++) {
            tenths.add(Distribution.scrambled(rank, RECORDS) / (RECORDS / 10));
        }
        assertEquals(10, tenths.size());
        assertTrue(Distribution.scrambled(0, RECORDS) != 0);
    }

    @Test
    void onlyRecordsThatAreThereAreAskedFor() {
        for (final Distribution distribution : Distribution.values()) {
            final Distribution.Draw draw = distribution.of(1, new SplittableRandom(1));
            assertAll(
                    distribution.name(),
                    () -> assertEquals(0, draw.position(1)),
                    () -> assertEquals(0, draw.position(1)));
        }
    }
}
