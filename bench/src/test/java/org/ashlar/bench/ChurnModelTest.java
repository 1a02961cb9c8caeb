package org.ashlar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChurnModelTest {
    private static final long LIVE_BYTES = 1 << 20;
    private static final int ROUNDS = 25;

    /** Keeps what it is told. */
    private static final class Recorded implements ChurnModel.Change {
        final Map<Long, Integer> lengths = new HashMap<>();
        int deletes;

        @Override
        public void delete(final long index) {
            deletes++;
            assertTrue(lengths.remove(index) != null, "only what is there is deleted");
        }

        @Override
        public void put(final long index, final int valueBytes) {
            lengths.put(index, valueBytes);
        }
    }

    @Test
    void eachRoundDeletesAHalfAndRefills() {
        final ChurnModel model = new ChurnModel(LIVE_BYTES);
        final Recorded recorded = new Recorded();
        for (int i = 0; i < ROUNDS; i++) {
            final int before = recorded.lengths.size();
            recorded.deletes = 0;
            model.play(recorded);
            if (before > 1_000) {
                assertEquals(0.5, (double) recorded.deletes / before, 0.05);
            }
            assertEquals(recorded.lengths.size(), model.records());
            assertEquals(
                    recorded.lengths.values().stream()
                            .mapToLong(length -> length + ChurnModel.RECORD_OVERHEAD_BYTES)
                            .sum(),
                    model.liveBytes());
            assertEquals(recorded.lengths.values().stream().distinct().count(), model.sizes());
            assertTrue(model.liveBytes() >= LIVE_BYTES);
        }
        assertEquals(ROUNDS, model.round());
    }

    @Test
    void whoPlaysTheRoundsAgainKnowsWhatThereIs() {
        final ChurnModel model = new ChurnModel(LIVE_BYTES);
        final ChurnModel again = new ChurnModel(LIVE_BYTES);
        final Recorded recorded = new Recorded();
        final Recorded there = new Recorded();
        for (int i = 0; i < ROUNDS; i++) {
            model.play(recorded);
            again.play(ChurnModel.Change.NONE);
        }
        again.forEach(there);
        assertEquals(recorded.lengths, there.lengths);
    }

    @Test
    void aRoundThatWasBegunCanBePlayedAgain() {
        final ChurnModel model = new ChurnModel(LIVE_BYTES);
        final Recorded recorded = new Recorded();
        model.play(recorded);
        final Map<Long, Integer> begun = new HashMap<>(recorded.lengths);
        model.play(recorded);
        begun.keySet()
                .removeIf(index -> index % 3 == 0 && !recorded.lengths.containsKey(index)); // a part of the deletes
        final ChurnModel after = new ChurnModel(LIVE_BYTES);
        after.play(ChurnModel.Change.NONE);
        after.play(new ChurnModel.Change() {
            @Override
            public void delete(final long index) {
                begun.remove(index);
            }

            @Override
            public void put(final long index, final int valueBytes) {
                begun.put(index, valueBytes);
            }
        });
        assertEquals(recorded.lengths, begun);
    }
}
