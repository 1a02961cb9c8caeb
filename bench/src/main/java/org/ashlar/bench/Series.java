package org.ashlar.bench;

import java.util.ArrayList;
import java.util.List;

/** Values of one figure, one for each round. */
public final class Series {
    private final List<Double> values = new ArrayList<>();

    public void add(final double value) {
        values.add(value);
    }

    /** All of them, in the order in which they were added. */
    public List<Double> values() {
        return List.copyOf(values);
    }

    public double median() {
        final double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** How far they scatter: the median of their distances from the median. */
    public double medianAbsoluteDeviation() {
        final double median = median();
        final Series distances = new Series();
        values.forEach(value -> distances.add(Math.abs(value - median)));
        return distances.median();
    }

    public double minimum() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    public double maximum() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** Round by round, so that what slows the machine for a while slows both. */
    public Series dividedBy(final Series other) {
        final Series ratios = new Series();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / other.values.get(i));
        }
        return ratios;
    }
}
