package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;

import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Syncs pages of a mapping with the device, as a group: who asks while a sync runs waits for it to end, and one of those who wait then
 * syncs for all of them. So the cost of a sync is shared by all threads that write at the same time.
 *
 * <p>After a failure the kernel may have dropped the pages that it could not write, and would report the next sync as a success; so the
 * first failure is final.
 *
 * <p>Group commit is from "Implementation techniques for main memory database systems", DeWitt et al. 1984.
 */
final class PageSyncer implements Persistence.PageSync {
    /** What the syncs are made of. */
    interface Device {
        /** Syncs the pages of a range. */
        void syncRange(long address, long length);

        /** Syncs all pages of the file. */
        void syncFile();
    }

    private final Device device;
    private final RecordedLock lock = new RecordedLock();
    private final Condition ended = lock.newCondition();

    /** Number of the group that gathers, and the last one that was synced; all below under the lock. */
    private long gathering = 1;

    private long synced;
    private boolean isSyncing;

    /** Those in the group that gathers, and the range of one of them. */
    private int members;

    private long memberAddress;
    private long memberLength;

    private volatile @Nullable PoolException failure;

    PageSyncer(final Device device) {
        this.device = device;
    }

    @Override
    public void sync(final long address, final long length) {
        checkSound();
        lock.lock();
        try {
            join(address, length);
        } finally {
            lock.unlock();
        }
        checkSound();
    }

    /** Syncs all that was written before the call. */
    void syncFile() {
        checkSound();
        lock.lock();
        try {
            members++; // a range besides its own would be too little
            join(0, 0);
        } finally {
            lock.unlock();
        }
        checkSound();
    }

    /** Returns when the group that gathers now was synced: the sync that runs may have begun before the caller wrote. */
    private void join(final long address, final long length) {
        final long group = gathering;
        members++;
        memberAddress = address;
        memberLength = length;
        while (isSyncing && synced < group) {
            ended.awaitUninterruptibly();
        }
        if (synced < group) {
            lead(group);
        }
    }

    private void lead(final long group) {
        final int count = members;
        final long address = memberAddress;
        final long length = memberLength;
        gathering++;
        members = 0;
        isSyncing = true;
        lock.unlock();
        try {
            Steps.reached("msync");
            if (count == 1) {
                device.syncRange(address, length);
            } else {
                device.syncFile();
            }
        } catch (final PoolException e) {
            fail(e);
            throw e;
        } catch (final RuntimeException | Error e) {
            fail(new PoolException(MEDIA_ERROR, "a sync ended with " + e, e));
            throw e;
        } finally {
            lock.lock();
            isSyncing = false;
            synced = group;
            ended.signalAll();
        }
    }

    /** How many wait for a sync to begin. */
    int waiting() {
        lock.lock();
        try {
            return members;
        } finally {
            lock.unlock();
        }
    }

    void fail(final PoolException e) {
        failure = e;
    }

    @Override
    public void checkSound() {
        final PoolException earlier = failure;
        if (earlier != null) {
            throw new PoolException(
                    MEDIA_ERROR,
                    "the pool has failed, as an earlier sync did: " + earlier.getMessage()
                            + "; close it and open it again",
                    earlier);
        }
    }
}
