package org.ashlar.bench;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which records a store under churn holds, and what the next round does to them: it deletes a random half and puts records of another size
 * until there are as many bytes as before. All is computed from the number of the round, so whoever comes after a kill plays the rounds again
 * to know what there is.
 */
final class ChurnModel {
    /** What a record takes beside its value: the header of 24 bytes, and the key. */
    static final int RECORD_OVERHEAD_BYTES = 24 + Records.KEY_BYTES;

    /** Of the values of each round, in turn: slots of all sizes, and runs of pages. */
    private static final int[] VALUE_BYTES = {100, 1_000, 300, 5_000, 48, 600, 12_000, 150, 2_000, 60_000, 220};

    /** What happens to a record. */
    interface Change {
        /** Nothing happens: the model alone goes on. */
        Change NONE = new Change() {
            @Override
            public void delete(final long index) {}

            @Override
            public void put(final long index, final int valueBytes) {}
        };

        void delete(long index);

        void put(long index, int valueBytes);
    }

    private final long liveBytesWanted;
    private final long[] indexes;
    private final int[] lengths;
    private int records;
    private int round;
    private long nextIndex;
    private long liveBytes;

    ChurnModel(final long liveBytesWanted) {
        this.liveBytesWanted = liveBytesWanted;
        final int smallest = Arrays.stream(VALUE_BYTES).min().orElseThrow() + RECORD_OVERHEAD_BYTES;
        final int most = Math.toIntExact(liveBytesWanted / smallest + 1);
        indexes = new long[most];
        lengths = new int[most];
    }

    /** The largest value of any round. */
    static int largestValueBytes() {
        return Arrays.stream(VALUE_BYTES).max().orElseThrow();
    }

    /** Plays one round. In the first there is nothing to delete. */
    void play(final Change change) {
        deleteHalf(change);
        final int valueBytes = VALUE_BYTES[round % VALUE_BYTES.length];
        while (liveBytes < liveBytesWanted) {
            final long index = nextIndex++;
            indexes[records] = index;
            lengths[records++] = valueBytes;
            liveBytes += valueBytes + RECORD_OVERHEAD_BYTES;
            change.put(index, valueBytes);
        }
        round++;
    }

    private void deleteHalf(final Change change) {
        int kept = 0;
        for (int i = 0; i < records; i++) {
            final boolean stays = Records.mix(indexes[i] * Records.STEP + round) < 0;
            if (stays) {
                indexes[kept] = indexes[i];
                lengths[kept++] = lengths[i];
            } else {
                liveBytes -= lengths[i] + RECORD_OVERHEAD_BYTES;
                change.delete(indexes[i]);
            }
        }
        records = kept;
    }

    /** Puts every live record, as it was put before. */
    void forEach(final Change change) {
        for (int i = 0; i < records; i++) {
            change.put(indexes[i], lengths[i]);
        }
    }

    /** How many rounds were played. */
    int round() {
        return round;
    }

    int records() {
        return records;
    }

    /** Bytes of headers, keys and values. */
    long liveBytes() {
        return liveBytes;
    }

    /** How many sizes the live records have. */
    int sizes() {
        final BitSet sizes = new BitSet();
        for (int i = 0; i < records; i++) {
            sizes.set(lengths[i]);
        }
        return sizes.cardinality();
    }
}
