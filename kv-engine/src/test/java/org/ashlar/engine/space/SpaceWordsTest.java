package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.engine.Diagram;
import org.junit.jupiter.api.Test;

final class SpaceWordsTest {
    private final SplittableRandom random = new SplittableRandom(5);

    @Test
    void theDiagramsShowTheBitsThatTheConstantsName() {
        assertEquals(
                List.of(
                        63,
                        ChunkWord.CHECK_SHIFT,
                        ChunkWord.CHECK_SHIFT - 1,
                        ChunkWord.EXTRA_SHIFT,
                        ChunkWord.EXTRA_SHIFT - 1,
                        ChunkWord.INCARNATION_SHIFT,
                        ChunkWord.INCARNATION_SHIFT - 1,
                        0),
                Diagram.numbersAbove(ChunkWord.class));
        assertEquals(
                List.of(
                        63,
                        SpanWord.CHECK_SHIFT,
                        SpanWord.CHECK_SHIFT - 1,
                        SpanWord.INCARNATION_SHIFT,
                        SpanWord.INCARNATION_SHIFT - 1,
                        SpanWord.CHUNK_INCARNATION_SHIFT,
                        SpanWord.CHUNK_INCARNATION_SHIFT - 1,
                        0),
                Diagram.numbersAbove(SpanWord.class));
        assertEquals(Long.BYTES, SpanWord.BYTES);
    }

    @Test
    void aChunkWordGivesBackWhatWentInAndIsNeverZero() {
        for (int i = 0; i < 10_000; i++) {
            final int chunk = random.nextInt(1 << 25);
            final int kind = random.nextInt(ChunkWord.FREE, ChunkWord.LARGE_BODY + 1);
            final int incarnation = random.nextInt(1 << ChunkWord.INCARNATION_BITS);
            final int extra = random.nextInt(1 << ChunkWord.EXTRA_BITS);
            final long word = ChunkWord.of(chunk, kind, incarnation, extra);
            assertEquals(kind, ChunkWord.kind(word));
            assertEquals(incarnation, ChunkWord.incarnation(word));
            assertEquals(extra, ChunkWord.extra(word));
            assertTrue(ChunkWord.isValid(chunk, word));
            assertNotEquals(0, word, "0 means: never used");
        }
    }

    @Test
    void noFlippedBitOfAChunkWordGoesUnseenAndFewOtherChunksWouldTakeIt() {
        int taken = 0;
        for (int i = 0; i < 1_000; i++) {
            final long word = ChunkWord.of(i, ChunkWord.SLOTS, i + 1, i * 3);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                taken += ChunkWord.isValid(i, word ^ 1L << bit) ? 1 : 0;
            }
            taken += ChunkWord.isValid(i + 1, word) ? 1 : 0;
        }
        assertTrue(taken <= 8, () -> "of 65,000 damaged words one should pass, and not many");
        assertFalse(ChunkWord.isValid(0, 0));
    }

    @Test
    void noIncarnationIsZero() {
        assertEquals(1, ChunkWord.next(0));
        assertEquals(2, ChunkWord.next(1));
        assertEquals(1, ChunkWord.next((1 << ChunkWord.INCARNATION_BITS) - 1));
    }

    @Test
    void aSpanWordGivesBackWhatWentIn() {
        final int classes = 254;
        for (int i = 0; i < 10_000; i++) {
            final long place = random.nextLong(1L << 46) & -8;
            final int sizeClass = random.nextInt(classes);
            final int chunkIncarnation = random.nextInt(1 << ChunkWord.INCARNATION_BITS);
            final int incarnation = random.nextInt(1 << ChunkWord.INCARNATION_BITS);
            final long word = SpanWord.of(place, sizeClass, chunkIncarnation, incarnation);
            assertEquals(sizeClass, SpanWord.sizeClass(word));
            assertEquals(chunkIncarnation, SpanWord.chunkIncarnation(word));
            assertEquals(incarnation, SpanWord.incarnation(word));
            assertTrue(SpanWord.isValid(place, word, classes));
            assertFalse(SpanWord.isValid(place, word, sizeClass), "a class that this geometry does not have");
        }
        assertFalse(SpanWord.isValid(64, 0, classes));
    }
}
