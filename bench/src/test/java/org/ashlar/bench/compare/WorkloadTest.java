package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.ashlar.bench.compare.Request.Kind;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final int RECORDS = 1000;
    private static final int REQUESTS = 100_000;
    private static final double TOLERANCE_PERCENT = 1;

    private static Request.Source requests(final Workload workload, final int thread, final int threads) {
        return workload.requests(
                workload.distribution(Distribution.UNIFORM),
                RECORDS,
                new Inserts(RECORDS, thread, threads),
                new SplittableRandom(thread + 1L));
    }

    private static Map<Kind, Double> percents(final Workload workload) {
        final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        final Request.Source requests = requests(workload, 0, 1);
        for (int i = 0; i < REQUESTS; i++) {
            counts.merge(Request.kind(requests.next()), 1, Integer::sum);
        }
        final Map<Kind, Double> percents = new EnumMap<>(Kind.class);
        counts.forEach((kind, count) -> percents.put(kind, count * 100.0 / REQUESTS));
        return percents;
    }

    private static void assertMix(final Workload workload, final Map<Kind, Integer> expected) {
        final Map<Kind, Double> percents = percents(workload);
        assertEquals(expected.keySet(), percents.keySet());
        expected.forEach((kind, percent) ->
                assertEquals(percent, percents.getOrDefault(kind, 0.0), TOLERANCE_PERCENT, kind::name));
    }

    @Test
    void mixesAreThoseOfYcsb() {
        assertMix(Workload.A, Map.of(Kind.READ, 50, Kind.UPDATE, 50));
        assertMix(Workload.B, Map.of(Kind.READ, 95, Kind.UPDATE, 5));
        assertMix(Workload.C, Map.of(Kind.READ, 100));
        assertMix(Workload.D, Map.of(Kind.READ, 95, Kind.INSERT, 5));
        assertMix(Workload.F, Map.of(Kind.READ, 50, Kind.READ_MODIFY_WRITE, 50));
        assertMix(Workload.U, Map.of(Kind.UPDATE, 100));
    }

    @Test
    void readsOfTheLatestAskOnlyForWhatTheirThreadHasInsertedBefore() {
        final int threads = 3;
        final Set<Long> inserted = new HashSet<>();
        for (int thread = 0; thread < threads; thread++) {
            final Request.Source requests = requests(Workload.D, thread, threads);
            final Set<Long> own = new HashSet<>();
            for (int i = 0; i < REQUESTS; i++) {
                final long request = requests.next();
                final long index = Request.index(request);
                if (Request.kind(request) == Kind.INSERT) {
                    assertTrue(own.add(index) && inserted.add(index) && index >= RECORDS);
                } else {
                    assertTrue(index < RECORDS || own.contains(index));
                }
            }
            assertTrue(own.size() > REQUESTS / 25);
        }
    }

    @Test
    void passesVisitEachRecordOnce() {
        final int threads = 3;
        final Set<Long> visited = new HashSet<>();
        long sameAsBefore = 0;
        for (int thread = 0; thread < threads; thread++) {
            final Request.Source plain = Passes.each(Kind.DELETE, 0, RECORDS, thread, threads);
            final Request.Source shuffled =
                    Passes.shuffled(Passes.each(Kind.DELETE, 0, RECORDS, thread, threads), RECORDS);
            for (long request = shuffled.next(); request != Request.NONE; request = shuffled.next()) {
                assertEquals(Kind.DELETE, Request.kind(request));
                assertTrue(visited.add(Request.index(request)));
                sameAsBefore += Request.index(request) == Request.index(plain.next()) ? 1 : 0;
            }
            assertEquals(Request.NONE, plain.next());
        }
        assertEquals(RECORDS, visited.size());
        assertTrue(sameAsBefore < RECORDS / 100, () -> "not shuffled");
    }

    @Test
    void ageingWritesAsManyRecordsAsThereAreEachThreadItsOwn() {
        final int threads = 3;
        int writes = 0;
        final Set<Kind> kinds = new HashSet<>();
        for (int thread = 0; thread < threads; thread++) {
            final Request.Source ageing = Passes.ageing(RECORDS, thread, threads, 1);
            for (long request = ageing.next(); request != Request.NONE; request = ageing.next()) {
                assertEquals(thread, Request.index(request) % threads);
                assertTrue(Request.index(request) < RECORDS);
                kinds.add(Request.kind(request));
                writes++;
            }
        }
        assertEquals(RECORDS, writes);
        assertEquals(Set.of(Kind.UPDATE, Kind.REPLACE), kinds);
    }
}
