package org.ashlar.examples.service;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.ashlar.kv.KvMap;
import org.ashlar.kv.Store;
import org.ashlar.kv.typed.Codecs;
import org.ashlar.kv.typed.TypedMap;
import org.jspecify.annotations.Nullable;

/**
 * The scores of all players, in one map. All that an event changes is one value, so it is stored in one step: there is no total
 * beside it that a kill could leave behind. Totals are summed up when they are asked for. Safe for use by any number of threads.
 */
final class Scores {
    private static final String MAP = "scores";
    private static final ScoreCodec CODEC = new ScoreCodec();

    private final TypedMap<String, Score> scores;
    private final int maxPlayers;
    private final Clock clock;

    Scores(final Store store, final int maxPlayers, final Clock clock) {
        this.scores = TypedMap.of(store.map(MAP), Codecs.STRING, CODEC);
        this.maxPlayers = maxPlayers;
        this.clock = clock;
    }

    /**
     * Adds an event. It is durable when this returns.
     *
     * @param event a checked one
     * @return what the player has now
     * @throws HttpProblem 507, when the player is new and there are too many
     */
    Score add(final Event event) {
        if (!scores.containsKey(event.player()) && scores.size() >= maxPlayers) { // some threads more may come through
            throw new HttpProblem(507, "the board is full: it takes " + maxPlayers + " players");
        }
        final long nowMillis = clock.millis();
        return Objects.requireNonNull(scores.compute(
                event.player(),
                (player, score) -> (score == null ? Score.NONE : score).plus(event.points(), nowMillis)));
    }

    @Nullable Score get(final String player) {
        return scores.get(player);
    }

    long players() {
        return scores.size();
    }

    /** Reads all scores in place, and makes objects of the best only; in time proportional to the number of players. */
    Board board(final int maxRows) {
        final BoardMaker maker = new BoardMaker(maxRows);
        final KvMap bytes = scores.bytes();
        bytes.forEach((key, value) -> {
            final Score score = CODEC.decode(value, 0, value.capacity());
            maker.add(score, () -> key.getStringWithoutLengthUtf8(0, key.capacity()));
            return true;
        });
        return maker.board();
    }

    private static final class BoardMaker {
        private final int maxRows;
        private final PriorityQueue<Board.Row> worstFirst = new PriorityQueue<>(Board.Row.BEST_FIRST.reversed());
        private long players;
        private long events;
        private long points;

        BoardMaker(final int maxRows) {
            this.maxRows = maxRows;
        }

        void add(final Score score, final Supplier<String> player) {
            players++;
            events += score.events();
            points += score.points();
            final Board.Row worst = worstFirst.peek();
            if (worst == null || worstFirst.size() < maxRows || score.points() >= worst.points()) {
                worstFirst.add(new Board.Row(player.get(), score.points(), score.events()));
                if (worstFirst.size() > maxRows) {
                    worstFirst.poll();
                }
            }
        }

        Board board() {
            final List<Board.Row> top = new ArrayList<>(worstFirst);
            top.sort(Board.Row.BEST_FIRST);
            return new Board(List.copyOf(top), players, events, points);
        }
    }
}
