package org.ashlar.pmem;

import java.nio.file.Path;

/**
 * Sees every store, write-back and fence that goes through {@link Memory}, so that a crash simulator can know what is
 * durable and what is not. Called on the storing thread, before a store takes effect and after a write-back or fence did.
 *
 * <p>The stored bytes are not passed: an implementation reads the memory before or after as it needs. It must be quick
 * to ignore addresses outside what it watches, and must not call back into {@link Memory} with stores of its own.
 */
public interface MemoryRecorder {
    /**
     * A plain store is about to happen; the hardware and the JIT may reorder its 8-byte words with other plain stores.
     *
     * @param address first byte
     * @param length bytes
     */
    void store(long address, long length);

    /**
     * A store that becomes visible after everything stored before it by this thread is about to happen (a
     * compare-and-set is announced whether or not it will succeed).
     *
     * @param address first byte
     * @param length bytes
     */
    void storeRelease(long address, long length);

    /**
     * The lines of a range have been handed to write-back; they are durable at this thread's next {@link #fence}.
     *
     * @param address first byte
     * @param length bytes
     */
    void writeBack(long address, long length);

    /** A persistence fence of this thread has completed. */
    void fence();

    /**
     * A load that is ordered before the loads and stores that follow it is about to happen: an acquire or a volatile one.
     *
     * @param address first byte
     */
    default void loadAcquire(final long address) {}

    /** This thread has released a {@link RecordedLock}. */
    default void unlocked() {}

    /**
     * The pages of a range are about to be synced; they are durable when {@link #rangeSynced} is called by the same thread.
     *
     * @param address first byte, any alignment
     * @param length bytes
     */
    default void rangeSyncing(final long address, final long length) {}

    /** The sync that this thread began with {@link #rangeSyncing} has ended well. */
    default void rangeSynced() {}

    /**
     * Whether this recorder stands for a device, so that syncs of a file in memory are worth something.
     *
     * @return false where it only looks on
     */
    default boolean isDevice() {
        return false;
    }

    /**
     * A part of a file has been mapped, in place of what was mapped there.
     *
     * @param file the file
     * @param address first byte of the mapping
     * @param length bytes
     * @param fileOffset what the first byte shows
     */
    default void mapped(final Path file, final long address, final long length, final long fileOffset) {}

    /**
     * A range of addresses is about to be unmapped; nothing need be mapped there.
     *
     * @param address first byte
     * @param length bytes
     */
    default void unmapped(final long address, final long length) {}

    /**
     * A file may have got another length, or has been created.
     *
     * @param file the file
     * @param bytes its length
     */
    default void fileSized(final Path file, final long bytes) {}

    /**
     * All of a file is about to be synced.
     *
     * @param file the file
     */
    default void syncing(final Path file) {}

    /**
     * A file has been synced: all that was stored to it before {@link #syncing} is durable.
     *
     * @param file the file
     */
    default void synced(final Path file) {}
}
