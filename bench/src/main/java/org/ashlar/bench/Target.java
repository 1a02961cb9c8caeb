package org.ashlar.bench;

import java.util.Locale;

/**
 * What a figure should be.
 *
 * @param bound on which side of the limit
 * @param limit the limit
 */
record Target(Bound bound, double limit) {
    /** On which side of the limit a figure should be. */
    enum Bound {
        AT_LEAST("at least"),
        AT_MOST("at most"),
        LESS_THAN("less than");

        private final String words;

        Bound(final String words) {
            this.words = words;
        }
    }

    static Target atLeast(final double limit) {
        return new Target(Bound.AT_LEAST, limit);
    }

    static Target atMost(final double limit) {
        return new Target(Bound.AT_MOST, limit);
    }

    static Target lessThan(final double limit) {
        return new Target(Bound.LESS_THAN, limit);
    }

    boolean isMetBy(final double value) {
        return switch (bound) {
            case AT_LEAST -> value >= limit;
            case AT_MOST -> value <= limit;
            case LESS_THAN -> value < limit;
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
