package org.ashlar.bench;

import java.util.Map;
import java.util.Objects;

/**
 * What operations cost at one size.
 *
 * @param size records, value bytes or maps
 * @param costs of each operation
 */
record SizePoint(int size, Map<SizeCost, Nanos> costs) {
    /**
     * Medians.
     *
     * @param store nanoseconds of an operation
     * @param floor of what is under it
     * @param ofFloor the floor's by the store's, within rounds
     */
    record Nanos(double store, double floor, double ofFloor) {}

    Nanos of(final SizeCost cost) {
        return Objects.requireNonNull(costs.get(cost));
    }
}
