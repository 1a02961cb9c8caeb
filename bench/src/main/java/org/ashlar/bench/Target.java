package org.ashlar.bench;

import java.util.Locale;

/**
 * What a figure should be.
 *
 * @param bound on which side of the limit
 * @param limit the limit
 */
public record Target(Bound bound, double limit) {
    /** A counter of the JVM's own that moves once in a million operations is not "allocation per operation". */
    private static final double NO_ALLOCATION_BYTES = 0.1;

    /** On which side of the limit a figure should be. */
    public enum Bound {
        /** The limit or above. */
        AT_LEAST("at least"),
        /** The limit or below. */
        AT_MOST("at most"),
        /** Below the limit. */
        LESS_THAN("less than"),
        /** Above the limit. */
        MORE_THAN("more than");

        private final String words;

        Bound(final String words) {
            this.words = words;
        }
    }

    /** Met by the limit and what is above. */
    public static Target atLeast(final double limit) {
        return new Target(Bound.AT_LEAST, limit);
    }

    /** Met by the limit and what is below. */
    public static Target atMost(final double limit) {
        return new Target(Bound.AT_MOST, limit);
    }

    /** Met by what is below the limit. */
    public static Target lessThan(final double limit) {
        return new Target(Bound.LESS_THAN, limit);
    }

    /** Met by what is above the limit. */
    public static Target moreThan(final double limit) {
        return new Target(Bound.MORE_THAN, limit);
    }

    /** Of the bytes of garbage that an operation makes: none. */
    public static Target noAllocation() {
        return lessThan(NO_ALLOCATION_BYTES);
    }

    /** Whether a figure is as it should be. */
    public boolean isMetBy(final double value) {
        return switch (bound) {
            case AT_LEAST -> value >= limit;
            case AT_MOST -> value <= limit;
            case LESS_THAN -> value < limit;
            case MORE_THAN -> value > limit;
        };
    }

    String verdict(final double value) {
        return isMetBy(value) ? "ok" : "short";
    }

    @Override
    public String toString() {
        return bound.words + String.format(Locale.ROOT, " %.4g", limit).replaceFirst("\\.?0+$", "");
    }
}
