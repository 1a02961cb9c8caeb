package org.ashlar.engine.view;

import org.ashlar.kv.ValueView;

/**
 * A read-only window on bytes of the pool, opened for one thread and closed again; made once and used many times. What it refuses, and
 * why that costs little, is said in {@link ScopedBytes}. The bytes must not change while it is open.
 */
public final class SlotView extends ReadableBytes implements ValueView {
    /** Makes a view that is closed. */
    public SlotView() {
        super("view", "it is valid until the reader that got it returns; copy what is needed later");
    }

    @Override
    public byte[] toByteArray() {
        checkScope();
        final byte[] copy = new byte[bytes.capacity()];
        bytes.getBytes(0, copy);
        return copy;
    }
}
