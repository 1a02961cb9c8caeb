package org.ashlar.examples.service;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.ashlar.kv.typed.Codec;
import org.ashlar.kv.typed.DecodeException;

/**
 * A score as bytes, little endian:
 *
 * <pre>
 *   0        8        16            24
 *   +--------+--------+-------------+
 *   | points | events | last millis |
 *   +--------+--------+-------------+
 * </pre>
 */
final class ScoreCodec implements Codec<Score> {
    private static final int POINTS_OFFSET = 0;
    private static final int EVENTS_OFFSET = POINTS_OFFSET + Long.BYTES;
    private static final int LAST_MILLIS_OFFSET = EVENTS_OFFSET + Long.BYTES;
    private static final int LENGTH = LAST_MILLIS_OFFSET + Long.BYTES;

    @Override
    public int encodedLength(final Score score) {
        return LENGTH;
    }

    @Override
    public void encode(final Score score, final MutableDirectBuffer target, final int offset) {
        target.putLong(offset + POINTS_OFFSET, score.points(), LITTLE_ENDIAN);
        target.putLong(offset + EVENTS_OFFSET, score.events(), LITTLE_ENDIAN);
        target.putLong(offset + LAST_MILLIS_OFFSET, score.lastMillis(), LITTLE_ENDIAN);
    }

    @Override
    public Score decode(final DirectBuffer source, final int offset, final int length) {
        if (length != LENGTH) {
            throw new DecodeException(length + " bytes are not a score, which has " + LENGTH);
        }
        return new Score(
                source.getLong(offset + POINTS_OFFSET, LITTLE_ENDIAN),
                source.getLong(offset + EVENTS_OFFSET, LITTLE_ENDIAN),
                source.getLong(offset + LAST_MILLIS_OFFSET, LITTLE_ENDIAN));
    }
}
