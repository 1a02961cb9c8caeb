package org.ashlar.bench.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.bench.Child;
import org.ashlar.bench.Series;
import org.jspecify.annotations.Nullable;

/** How one contender did when it was opened again, over all kills. */
final class Restart {
    private static final int MOST_GETS = 1_000_000;
    private static final List<Integer> STEPS = List.of(1, 2, 5);
    private static final int DECADE = 10;

    /** Of so many seconds after the open, the gets in each are counted. */
    static final int SECONDS = 3;

    /** One past the last get of each part of the first million: 1, 2, 5, 10, and so on. */
    static final List<Integer> BUCKETS = buckets();

    private static final String OPEN = "open nanos";
    private static final String FIRST_GET = "first get nanos";
    private static final String SECOND = "gets in second ";
    private static final String CURVE = "get nanos of bucket ";

    private final Series openMillis = new Series();
    private final Series firstGetMillis = new Series();
    private final Series bothMillis = new Series();
    private final List<Series> getsOfSecond = new ArrayList<>();
    private final List<Series> curve = new ArrayList<>();

    Restart() {
        BUCKETS.forEach(any -> curve.add(new Series()));
        for (int i = 0; i < SECONDS; i++) {
            getsOfSecond.add(new Series());
        }
    }

    private static List<Integer> buckets() {
        final List<Integer> buckets = new ArrayList<>();
        for (int decade = 1; decade < MOST_GETS; decade *= DECADE) {
            for (final int step : STEPS) {
                buckets.add(step * decade);
            }
        }
        buckets.add(MOST_GETS);
        return List.copyOf(buckets);
    }

    /**
     * In the child: tells one opening.
     *
     * @param getsOfSecond gets in each of the first {@link #SECONDS} seconds
     * @param curve nanoseconds of a get, on average, for each of the {@link #BUCKETS}
     */
    static void tell(final long openNanos, final long firstGetNanos, final long[] getsOfSecond, final double[] curve) {
        Child.tell(OPEN, openNanos);
        Child.tell(FIRST_GET, firstGetNanos);
        for (int i = 0; i < SECONDS; i++) {
            Child.tell(SECOND + i, getsOfSecond[i]);
        }
        for (int i = 0; i < curve.length; i++) {
            Child.tell(CURVE + i, curve[i]);
        }
    }

    /** In the parent: waits for one opening and adds it. */
    void await(final Child child) throws IOException {
        final double open = child.await(OPEN) / 1e6;
        final double firstGet = child.await(FIRST_GET) / 1e6;
        openMillis.add(open);
        firstGetMillis.add(firstGet);
        bothMillis.add(open + firstGet);
        for (int i = 0; i < SECONDS; i++) {
            getsOfSecond.get(i).add(child.await(SECOND + i));
        }
        for (int i = 0; i < curve.size(); i++) {
            curve.get(i).add(child.await(CURVE + i));
        }
    }

    Series openMillis() {
        return openMillis;
    }

    Series firstGetMillis() {
        return firstGetMillis;
    }

    Series bothMillis() {
        return bothMillis;
    }

    /** Gets in each of the first {@link #SECONDS} seconds. */
    List<Series> getsOfSecond() {
        return getsOfSecond;
    }

    /**
     * The rate in a second, by that of the raw memory in the same second of its own fresh JVM: the median of the rounds.
     *
     * @param raw how the raw memory did, in as many rounds; null where it took no part
     * @return null where it took no part
     */
    @Nullable Double ofRaw(final int second, final @Nullable Restart raw) {
        return raw == null
                ? null
                : getsOfSecond
                        .get(second)
                        .dividedBy(raw.getsOfSecond.get(second))
                        .median();
    }

    /** Nanoseconds of a get, for each of the {@link #BUCKETS}. */
    List<Series> curve() {
        return curve;
    }
}
