package org.ashlar.examples.quickstart;

import java.util.Locale;

/** Numbers for people to read. */
final class Figures {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private Figures() {}

    static String number(final long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String count(final long value, final String one, final String many) {
        return number(value) + " " + (value == 1 ? one : many);
    }

    static String millis(final long nanos) {
        final double millis = nanos / NANOS_PER_MILLI;
        return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%,.0f ms", millis);
    }

    static String seconds(final long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / NANOS_PER_SECOND);
    }

    static String ratio(final long part, final long whole) {
        return whole == 0 ? "-" : String.format(Locale.ROOT, "%.3f", (double) part / whole);
    }
}
