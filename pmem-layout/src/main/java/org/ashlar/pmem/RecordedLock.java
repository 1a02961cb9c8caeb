package org.ashlar.pmem;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock whose release is told to the recorder of the memory seam. Who waits for a lock of the JDK and who releases it and wants it again
 * race for it; a scheduler of tests has to know of the release to let the same one be first each time. Without a recorder it is a {@link
 * ReentrantLock} and nothing more.
 */
public final class RecordedLock extends ReentrantLock {
    private static final long serialVersionUID = 1L;

    /** Makes a lock that goes to whoever comes first, be it one that has not waited. */
    public RecordedLock() {
        this(false);
    }

    /**
     * Makes a lock.
     *
     * @param fair whether those who wait get it in the order in which they came
     */
    public RecordedLock(final boolean fair) {
        super(fair);
    }

    @Override
    public void unlock() {
        super.unlock();
        if (Memory.RECORDER != null) {
            Memory.RECORDER.unlocked();
        }
    }
}
