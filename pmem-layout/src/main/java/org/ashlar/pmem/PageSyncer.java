package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.MEDIA_ERROR;

import org.jspecify.annotations.Nullable;

/**
 * Syncs pages of a mapping with {@code msync}. After a failure the kernel may have dropped the pages that it could not
 * write, and would report the next sync as a success; so the first failure is final.
 */
final class PageSyncer implements Persistence.PageSync {
    private volatile @Nullable PoolException failure;

    @Override
    public void sync(final long address, final long length) {
        checkSound();
        try {
            Steps.reached("msync");
            Mmap.sync(address, length);
        } catch (final PoolException e) {
            fail(e);
            throw e;
        }
    }

    void fail(final PoolException e) {
        failure = e;
    }

    void checkSound() {
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
