package org.ashlar.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.ashlar.kv.ValueSlot;
import org.ashlar.kv.ValueView;

/**
 * The bytes of one very large value: windows of {@value #WINDOW_BYTES} bytes on random ones, each {@value #SHIFT_BYTES} bytes further on than
 * the one before, so that no two windows are equal and none is stored twice.
 */
final class LargeValue {
    static final int WINDOW_BYTES = 1 << 20;
    static final int SHIFT_BYTES = 8192;

    private final byte[] random;
    private final byte[] found = new byte[WINDOW_BYTES];
    private final int bytes;

    LargeValue(final int bytes) {
        this.bytes = bytes;
        random = new byte[WINDOW_BYTES + (bytes / WINDOW_BYTES + 1) * SHIFT_BYTES];
        new SplittableRandom(bytes).nextBytes(random);
    }

    private static int windowOf(final int offset) {
        return offset / WINDOW_BYTES * SHIFT_BYTES;
    }

    void write(final ValueSlot slot) {
        for (int offset = 0; offset < bytes; ) {
            final int length = Math.min(WINDOW_BYTES, bytes - offset);
            slot.putBytes(offset, random, windowOf(offset), length);
            offset += length;
        }
    }

    /**
     * Compares each byte.
     *
     * @return how many are equal before the first that is not
     */
    long compare(final ValueView view) {
        int offset = 0;
        while (offset < Math.min(bytes, view.capacity())) {
            final int length = Math.min(WINDOW_BYTES, Math.min(bytes, view.capacity()) - offset);
            view.getBytes(offset, found, 0, length);
            final int window = windowOf(offset);
            final int mismatch = Arrays.mismatch(found, 0, length, random, window, window + length);
            if (mismatch >= 0) {
                return offset + (long) mismatch;
            }
            offset += length;
        }
        return offset;
    }
}
