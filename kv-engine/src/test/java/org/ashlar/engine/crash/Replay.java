package org.ashlar.engine.crash;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which seeds to run, and which event and image of one alone; from system properties, so that a failure can name the command that
 * repeats it.
 *
 * @param event the only crash point; 0 for all that the profile chooses
 * @param image the only image of it; null for all
 */
record Replay(long event, @Nullable String image) {
    private static final String SEEDS = "ashlar.sim.seed";
    private static final String EVENT = "ashlar.sim.event";
    private static final String IMAGE = "ashlar.sim.image";

    static Replay fromProperties() {
        return new Replay(Long.getLong(EVENT, 0), System.getProperty(IMAGE));
    }

    /** The seeds: those of the property, as {@code 7} or {@code 1-500}; else the first few, more of them in a long run. */
    static LongStream seeds(final int quick, final int slow) {
        final String given = System.getProperty(SEEDS);
        if (given == null) {
            return LongStream.rangeClosed(1, Boolean.getBoolean("ashlar.long") ? slow : quick);
        }
        final int dash = given.indexOf('-');
        return dash < 0
                ? LongStream.of(Long.parseLong(given))
                : LongStream.rangeClosed(
                        Long.parseLong(given.substring(0, dash)), Long.parseLong(given.substring(dash + 1)));
    }

    /** The command that repeats a failure. */
    static String command(final String test, final long seed, final long event, final String image) {
        return "mvn -q -pl kv-engine -am test -Dtest='" + test + "' -D" + SEEDS + "=" + seed + " -D" + EVENT + "="
                + event + " -D" + IMAGE + "=" + image;
    }
}
