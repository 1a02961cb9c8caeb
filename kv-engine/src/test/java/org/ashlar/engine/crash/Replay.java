package org.ashlar.engine.crash;

import org.ashlar.pmem.sim.Seeds;
import org.jspecify.annotations.Nullable;

/**
 * Which event and image of a seed to run alone; from system properties, so that a failure can name the command that
 * repeats it.
 *
 * @param event the only crash point; 0 for all that the profile chooses
 * @param image the only image of it; null for all
 */
record Replay(long event, @Nullable String image) {
    private static final String EVENT = "ashlar.sim.event";
    private static final String IMAGE = "ashlar.sim.image";

    static Replay fromProperties() {
        return new Replay(Long.getLong(EVENT, 0), System.getProperty(IMAGE));
    }

    /** The command that repeats a failure. */
    static String command(final String test, final long seed, final long event, final String image) {
        return "mvn -q -pl kv-engine -am test -Dtest='" + test + "' -D" + Seeds.PROPERTY + "=" + seed + " -D" + EVENT
                + "=" + event + " -D" + IMAGE + "=" + image;
    }
}
