package org.ashlar.examples.service;

import java.util.Comparator;
import java.util.List;

/**
 * What the page shows of the scores.
 *
 * @param top the best players, best first
 * @param players number of all players
 * @param events number of all events
 * @param points sum of all points
 */
record Board(List<Row> top, long players, long events, long points) {
    /**
     * A player on the board.
     *
     * @param player the name
     * @param points sum of the points
     * @param events number of events
     */
    record Row(String player, long points, long events) {
        static final Comparator<Row> BEST_FIRST =
                Comparator.comparingLong(Row::points).reversed().thenComparing(Row::player);
    }
}
