package org.ashlar.pmem;

import org.jspecify.annotations.Nullable;

/**
 * The recorder that a JVM under test is started with ({@code -Dashlar.recorder=org.ashlar.pmem.RecorderHub}). It passes every
 * event on to the recorder that is installed at the time, and drops it where none is.
 */
public final class RecorderHub implements MemoryRecorder {
    private static volatile @Nullable MemoryRecorder delegate;

    /** Called by {@link Memory}, reflectively. */
    public RecorderHub() {}

    /**
     * Installs the recorder that sees the events from now on, of all threads.
     *
     * @param recorder the recorder, or null for none
     */
    public static void install(final @Nullable MemoryRecorder recorder) {
        delegate = recorder;
    }

    @Override
    public void store(final long address, final long length) {
        final MemoryRecorder current = delegate;
        if (current != null) {
            current.store(address, length);
        }
    }

    @Override
    public void storeRelease(final long address, final long length) {
        final MemoryRecorder current = delegate;
        if (current != null) {
            current.storeRelease(address, length);
        }
    }

    @Override
    public void writeBack(final long address, final long length) {
        final MemoryRecorder current = delegate;
        if (current != null) {
            current.writeBack(address, length);
        }
    }

    @Override
    public void fence() {
        final MemoryRecorder current = delegate;
        if (current != null) {
            current.fence();
        }
    }
}
