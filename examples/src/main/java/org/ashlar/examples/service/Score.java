package org.ashlar.examples.service;

/**
 * What a player has.
 *
 * @param points sum of the points of all events
 * @param events number of events
 * @param lastMillis when the last one came, in milliseconds since 1970
 */
record Score(long points, long events, long lastMillis) {
    static final Score NONE = new Score(0, 0, 0);

    Score plus(final int morePoints, final long nowMillis) {
        return new Score(Math.addExact(points, morePoints), Math.addExact(events, 1), nowMillis);
    }
}
