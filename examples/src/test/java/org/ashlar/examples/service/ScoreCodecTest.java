package org.ashlar.examples.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.agrona.concurrent.UnsafeBuffer;
import org.ashlar.kv.typed.DecodeException;
import org.junit.jupiter.api.Test;

final class ScoreCodecTest {
    private final ScoreCodec codec = new ScoreCodec();

    /** The bytes outlive the program, so this test does not change. */
    @Test
    void theBytesAreThoseOfTheDiagram() {
        final Score score = new Score(0x0102, 0x03, 0x04);
        final byte[] bytes = new byte[codec.encodedLength(score)];
        codec.encode(score, new UnsafeBuffer(bytes), 0);
        assertArrayEquals(new byte[] {2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0}, bytes);
        assertEquals(score, codec.decode(new UnsafeBuffer(bytes), 0, bytes.length));
    }

    @Test
    void bytesOfAnotherLengthAreNoScore() {
        assertThrows(DecodeException.class, () -> codec.decode(new UnsafeBuffer(new byte[25]), 0, 25));
    }
}
