/**
 * A small service that keeps its state in Ashlar and is not afraid of {@code kill -9}: a leaderboard with an HTTP interface and a page that
 * shows it live.
 *
 * <p>Uses the public interface of {@code org.ashlar.kv} alone. {@link org.ashlar.examples.service.LeaderboardService} reads the command
 * line, {@code Leaderboard} is the running service, {@code Scores} and {@code Runs} are all that it stores, {@code HttpApi} and
 * {@code LiveUpdates} are what it says over HTTP.
 *
 * <p>The store is the only place where the state is: an event is answered when the store has it, and the board is read in place
 * out of the store each time it is shown. So a start after a kill has nothing to load and nothing to replay.
 */
@NullMarked
package org.ashlar.examples.service;

import org.jspecify.annotations.NullMarked;
