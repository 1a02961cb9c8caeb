package org.ashlar.pmem.sim;

/** The store that is just being made: it is announced before it happens, and its bytes are read later. */
final class AnnouncedStore {
    private final TrackedMemory memory;
    private long address;
    private long length;
    private boolean isRelease;
    private int thread;

    AnnouncedStore(final TrackedMemory memory) {
        this.memory = memory;
    }

    void announce(final long toAddress, final long bytes, final boolean release, final int byThread) {
        address = toAddress;
        length = bytes;
        isRelease = release;
        thread = byThread;
    }

    /** Reads the bytes, if there was a store since. It must have happened. */
    void settle() {
        if (length > 0) {
            final long end = address + length;
            length = 0;
            memory.record(address, end, isRelease, thread);
        }
    }
}
