package org.ashlar.pmem;

/** Lets system calls that read a page of a damaged pool fail, as they do above a bad block of the device. */
public final class FailingReads implements AutoCloseable {
    private FailingReads() {}

    /**
     * Makes a page of the file unreadable for a {@link PoolImage}.
     *
     * @param offset in the file
     * @return to be closed when it shall be readable again
     */
    public static FailingReads at(final long offset) {
        Steps.install(step -> {
            if (step.startsWith(PoolImage.READ_STEP)) {
                final String[] range =
                        step.substring(PoolImage.READ_STEP.length()).split(" ", 2);
                final long from = Long.parseLong(range[0]);
                if (offset >= from && offset < from + Long.parseLong(range[1])) {
                    throw new PoolException(PoolException.Reason.MEDIA_ERROR, "pread failed: EIO");
                }
            }
        });
        return new FailingReads();
    }

    @Override
    public void close() {
        Steps.install(null);
    }
}
