package org.ashlar.pmem.sim;

import java.util.stream.LongStream;

/** Which seeds the tests with a simulator run. */
public final class Seeds {
    /** The system property that names others. */
    public static final String PROPERTY = "ashlar.sim.seed";

    private Seeds() {}

    /**
     * The seeds of the property, as {@code 7} or {@code 1-500}; without it the first few, more of them in a long run.
     *
     * @param quick how many
     * @param slow how many with {@code -Dashlar.long=true}
     * @return the seeds
     */
    public static LongStream of(final int quick, final int slow) {
        final String given = System.getProperty(PROPERTY);
        if (given == null) {
            return LongStream.rangeClosed(1, Boolean.getBoolean("ashlar.long") ? slow : quick);
        }
        final int dash = given.indexOf('-');
        return dash < 0
                ? LongStream.of(Long.parseLong(given))
                : LongStream.rangeClosed(
                        Long.parseLong(given.substring(0, dash)), Long.parseLong(given.substring(dash + 1)));
    }
}
