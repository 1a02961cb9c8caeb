package org.ashlar.pmem;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The recorder of a test JVM, which starts with {@code -Dashlar.recorder=org.ashlar.pmem.RecorderHub}: passes everything on
 * to the recorder that a test has installed, for all threads.
 */
public final class RecorderHub implements MemoryRecorder {
    private static volatile @Nullable MemoryRecorder installed;

    /** Made by {@link Memory}. */
    public RecorderHub() {}

    /**
     * Passes everything on to a recorder from now on.
     *
     * @param recorder the recorder, or null for none
     */
    public static void install(final @Nullable MemoryRecorder recorder) {
        if (!(Memory.RECORDER instanceof RecorderHub)) {
            throw new IllegalStateException("this JVM has no recorder hub: start it with -D" + Memory.RECORDER_PROPERTY
                    + "=" + RecorderHub.class.getName());
        }
        installed = recorder;
    }

    @Override
    public void store(final long address, final long length) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.store(address, length);
        }
    }

    @Override
    public void storeRelease(final long address, final long length) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.storeRelease(address, length);
        }
    }

    @Override
    public void writeBack(final long address, final long length) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.writeBack(address, length);
        }
    }

    @Override
    public void fence() {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.fence();
        }
    }

    @Override
    public void mapped(final Path file, final long address, final long length, final long fileOffset) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.mapped(file, address, length, fileOffset);
        }
    }

    @Override
    public void unmapped(final long address, final long length) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.unmapped(address, length);
        }
    }

    @Override
    public void fileSized(final Path file, final long bytes) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.fileSized(file, bytes);
        }
    }

    @Override
    public void synced(final Path file) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.synced(file);
        }
    }

    @Override
    public void loadAcquire(final long address) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.loadAcquire(address);
        }
    }

    @Override
    public void unlocked() {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.unlocked();
        }
    }

    @Override
    public void rangeSyncing(final long address, final long length) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.rangeSyncing(address, length);
        }
    }

    @Override
    public void rangeSynced() {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.rangeSynced();
        }
    }

    @Override
    public void syncing(final Path file) {
        final MemoryRecorder r = installed;
        if (r != null) {
            r.syncing(file);
        }
    }

    /** Always, as images are opened with no recorder installed. */
    @Override
    public boolean isDevice() {
        return true;
    }
}
