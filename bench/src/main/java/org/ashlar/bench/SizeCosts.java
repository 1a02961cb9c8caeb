package org.ashlar.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What was found at one size, round by round: nanoseconds of an operation on the store, and on the floor under it. */
final class SizeCosts {
    private static final String FLOOR = "floor ";
    private static final String RATIO = "ratio ";

    private final Map<SizeCost, Series> store = new EnumMap<>(SizeCost.class);
    private final Map<SizeCost, Series> floor = new EnumMap<>(SizeCost.class);

    void add(final SizeCost cost, final double nanos, final double floorNanos) {
        store.computeIfAbsent(cost, any -> new Series()).add(nanos);
        floor.computeIfAbsent(cost, any -> new Series()).add(floorNanos);
    }

    /** In the child: tells the medians. */
    void tell() {
        for (final SizeCost cost : SizeCost.values()) {
            final Series nanos = Objects.requireNonNull(store.get(cost));
            final Series floorNanos = Objects.requireNonNull(floor.get(cost));
            Child.tell(cost.name(), nanos.median());
            Child.tell(FLOOR + cost.name(), floorNanos.median());
            Child.tell(RATIO + cost.name(), floorNanos.dividedBy(nanos).median());
        }
    }

    /** In the parent: waits for the medians. */
    static SizePoint await(final Child child, final int size) throws IOException {
        final Map<SizeCost, SizePoint.Nanos> found = new EnumMap<>(SizeCost.class);
        for (final SizeCost cost : SizeCost.values()) {
            found.put(
                    cost,
                    new SizePoint.Nanos(
                            child.await(cost.name()),
                            child.await(FLOOR + cost.name()),
                            child.await(RATIO + cost.name())));
        }
        return new SizePoint(size, found);
    }
}
