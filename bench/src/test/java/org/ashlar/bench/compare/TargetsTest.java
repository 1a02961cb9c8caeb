package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsTest {
    private static final Mix GETS = new Mix(Workload.C, Distribution.UNIFORM);
    private static final Mix MIXED = new Mix(Workload.A, Distribution.ZIPFIAN);

    private final Comparison comparison = comparison(Values.SMALL, 1);

    private static Comparison comparison(final Values values, final int threads) {
        final Shape shape = new Shape(1000, Shape.SHORT_KEY_BYTES, values, threads);
        final List<Contender> contenders = Stream.of(
                        "ashlar", "ashlar-default", "nothing", "raw-memory", "heap", "failing")
                .map(Contenders::named)
                .toList();
        return new Comparison(List.of(), shape, contenders);
    }

    private static Slice slice(final double opsPerSecond, final long allocatedBytes, final long... latencyNanos) {
        final Histogram latency = Slice.histogram();
        for (final long nanos : latencyNanos) {
            latency.recordValue(nanos);
        }
        return new Slice(opsPerSecond, 100, allocatedBytes, 0, latency);
    }

    private static void rates(final Phase phase, final String name, final double... opsPerSecond) {
        for (final double rate : opsPerSecond) {
            phase.outcomeOf(name).addRate(slice(rate, 0));
        }
    }

    private Phase phase(final Phase phase) {
        comparison.phases().add(phase);
        return phase;
    }

    private static Targets.Row row(final Comparison comparison, final String figure) {
        return Targets.of(comparison).stream()
                .filter(row -> row.figure().equals(figure))
                .findFirst()
                .orElseThrow(() -> new AssertionError(figure + " is missing in " + Targets.of(comparison)));
    }

    private static void assertRow(
            final Comparison comparison, final String figure, final double measured, final String verdict) {
        final Targets.Row row = row(comparison, figure);
        assertEquals(measured, row.measured(), 1e-2, figure);
        assertEquals(verdict, row.verdict(), figure);
    }

    private void assertHow(final String figure, final String end) {
        final String how = row(comparison, figure).how();
        assertTrue(how.endsWith(end), how);
    }

    private static List<String> figures(final Comparison comparison) {
        return Targets.of(comparison).stream().map(Targets.Row::figure).toList();
    }

    @Test
    void ratiosAreTakenWithinARound() {
        final Phase gets = phase(new Phase(GETS, "", 1));
        rates(gets, "ashlar", 90, 18, 45);
        rates(gets, "raw-memory", 100, 10, 200);
        rates(gets, "heap", 60, 12, 50);
        assertRow(comparison, "get / raw-memory", 0.9, "met");
        assertRow(comparison, "get / heap", 1.5, "missed");
        assertHow("get / heap", "; raw-memory 1.67"); // what would be reached without a store
        assertEquals(
                "median of the ratios within each round",
                row(comparison, "get / raw-memory").how());
        assertEquals(
                List.of("get / raw-memory", "get / heap", "garbage, Workload C, uniform"),
                figures(comparison),
                "only what was run");
    }

    @Test
    void theFirstDistributionOfGetsCounts() {
        final Phase zipfian = phase(new Phase(new Mix(Workload.C, Distribution.ZIPFIAN), "", 1));
        rates(zipfian, "ashlar", 1);
        rates(zipfian, "heap", 1);
        assertRow(comparison, "get / heap", 1, "missed");
        final Phase uniform = phase(new Phase(GETS, "", 1));
        rates(uniform, "ashlar", 2);
        rates(uniform, "heap", 1);
        assertRow(comparison, "get / heap", 2, "met");
    }

    @Test
    void aLoadHasItsRateItsTailAndItsLongestBesideThatOfNothing() {
        final Phase load = phase(new Phase(Phase.LOAD, ""));
        final Phase delete = phase(new Phase(Phase.DELETE, ""));
        final Slice own = slice(1_400_000, 0, 1_000, 21_000, 5_000_000);
        load.outcomeOf("ashlar").addRate(own);
        load.outcomeOf("ashlar").addLatency(own);
        load.outcomeOf("nothing").addLatency(slice(1, 0, 4_500_000));
        rates(delete, "ashlar", 1_400_000);
        assertRow(comparison, "load", 1_400_000, "met");
        assertRow(comparison, "longest insert - longest of nothing", 0.5, "met");
        assertEquals("missed", row(comparison, "insert, 99.9th percentile").verdict());
        assertRow(comparison, "delete / own insert", 1, "missed"); // not faster
        rates(load, "raw-memory", 50);
        rates(delete, "raw-memory", 75);
        assertHow("delete / own insert", "; raw-memory 1.50");
    }

    @Test
    void theBestOfAllPeersIsNoMeasureAndNoneOfOurOwn() {
        final Phase mixed = phase(new Phase(MIXED, "", 1));
        rates(mixed, "ashlar", 100);
        rates(mixed, "ashlar-default", 200);
        rates(mixed, "raw-memory", 300);
        rates(mixed, "nothing", 400);
        rates(mixed, "failing", 50);
        final String figure = "Workload A, zipfian / best of all peers";
        assertRow(comparison, figure, 2, "met");
        rates(mixed, "heap", 125);
        assertRow(comparison, figure, 0.8, "missed");
        final String how = row(comparison, figure).how();
        assertTrue(how.contains("the best is heap; rank 2 of 3"), how);
    }

    @Test
    void twoThreadsAreComparedWithOneOfTheSameRound() {
        final Phase one = phase(new Phase(GETS, "", 1));
        final Phase two = phase(one.besideWith(2));
        rates(one, "ashlar", 100, 10, 70);
        rates(two, "ashlar", 180, 19, 140);
        rates(one, "heap", 50, 5, 35);
        rates(two, "heap", 100, 10, 70);
        assertRow(comparison, "get, 2 threads / 1", 1.9, "met");
        assertRow(comparison, "get / heap", 2, "met"); // of one thread
        assertEquals("rate with 2 threads / 1: ashlar 1.90, heap 2.00", TextTables.scaling(two));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 0.95, 0, missed",
        "99, 0.95, 0, missed",
        "8, 0.95, 0.06, met",
        "99, 0.95, 0.06, met",
        "8, 0.85, 0.5, missed",
        "99, 0.85, 0.5, missed",
        "99, 1.05, 0, met"
    })
    void theNewerJdkIsComparedWithTheOlderAsFarAsTheRoundsAgree(
            final int jdk,
            final double newerOfOlder,
            final double scatter,
            final String verdict,
            @TempDir final Path home)
            throws IOException {
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + jdk + "\"\n");
        final JdkContender other = JdkContender.of(Contenders.named("ashlar"), home);
        final Comparison ofJdks = new Comparison(
                List.of(), comparison.shape(), List.of(Contenders.named("ashlar"), other, Contenders.named("heap")));
        final Phase gets = new Phase(GETS, "", 1);
        final Phase mixed = new Phase(MIXED, "", 1);
        ofJdks.phases().addAll(List.of(gets, mixed));
        final int own = Runtime.version().feature();
        for (final double factor : new double[] {1 + scatter, 1, 1 - scatter}) {
            final double ratio = newerOfOlder * factor;
            rates(gets, "ashlar", 100);
            rates(gets, other.name(), jdk > own ? 100 * ratio : 100 / ratio);
        }
        assertRow(ofJdks, "get, JDK " + Math.max(own, jdk) + " / JDK " + Math.min(own, jdk), newerOfOlder, verdict);
        rates(mixed, "ashlar", 100);
        rates(mixed, other.name(), 500);
        rates(mixed, "heap", 50);
        assertRow(ofJdks, "Workload A, zipfian / best of all peers", 2, "met"); // it is no peer
    }

    @Test
    void garbageOfGetsAndUpdatesIsNone() {
        phase(new Phase(GETS, "", 1)).outcomeOf("ashlar").addRate(slice(1, 0));
        phase(new Phase(new Mix(Workload.U, Distribution.UNIFORM), "", 1))
                .outcomeOf("ashlar")
                .addRate(slice(1, 2_400));
        assertRow(comparison, "garbage, Workload C, uniform", 0, "met");
        assertRow(comparison, "garbage, Workload U, uniform", 24, "missed");
    }

    @Test
    void aRestartIsSoonAndAtOnceAsFastAsTheMemory() {
        comparison
                .restarts()
                .put(1000, Map.of("ashlar", restart(4, 80), "rocksdb", restart(60, 1), "raw-memory", restart(1, 90)));
        assertRow(comparison, "open + first get, 1,000 records", 4, "met");
        assertRow(comparison, "rocksdb's open + first get / own, 1,000 records", 15, "missed");
        assertRow(comparison, "second 1 / fresh raw, 1,000 records", 0.89, "met");
        assertFalse(figures(comparison).stream().anyMatch(figure -> figure.startsWith("chronicle-map")));
    }

    private static Restart restart(final double millis, final double gets) {
        final Restart restart = new Restart();
        restart.bothMillis().add(millis);
        restart.getsOfSecond().forEach(second -> second.add(gets));
        return restart;
    }

    @Test
    void targetsOfOneThreadAndSmallValuesHoldForThose() {
        final Comparison twoThreads = comparison(Values.SMALL, 2);
        final Comparison largeValues = comparison(Values.LARGE, 1);
        final Comparison mixedValues = comparison(Values.MIXED, 1);
        for (final Comparison other : List.of(twoThreads, largeValues, mixedValues)) {
            final Phase gets = new Phase(GETS, "", other.shape().threads());
            other.phases().add(gets);
            rates(gets, "ashlar", 16);
            rates(gets, "heap", 10);
            rates(gets, "chronicle-map", 10);
        }
        final String garbage = "garbage, Workload C, uniform";
        assertAll(
                () -> assertEquals(List.of(garbage), figures(twoThreads)),
                () -> assertEquals(List.of("get / chronicle-map", garbage), figures(largeValues)),
                () -> assertRow(largeValues, "get / chronicle-map", 1.6, "met"),
                () -> assertEquals(List.of(garbage), figures(mixedValues)));
    }
}
