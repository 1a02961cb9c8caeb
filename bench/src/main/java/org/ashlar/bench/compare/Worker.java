package org.ashlar.bench.compare;

/** Does what requests say, and checks each value that it reads. Of one thread. */
final class Worker {
    /** So that no two threads write the same version. */
    private static final int THREAD_SHIFT = 48;

    private final Session session;
    private final Values values;
    private long version;
    private long sum;

    Worker(final Session session, final Values values, final int thread) {
        this.session = session;
        this.values = values;
        version = (long) thread << THREAD_SHIFT;
    }

    void run(final long request) {
        final long index = Request.index(request);
        session.select(index);
        switch (Request.kind(request)) {
            case READ -> read(index);
            case UPDATE, INSERT -> write(index);
            case READ_MODIFY_WRITE -> {
                read(index);
                write(index);
            }
            case DELETE -> delete(index);
            case REPLACE -> {
                delete(index);
                write(index);
            }
        }
    }

    private void read(final long index) {
        sum += values.check(index, session.found, session.get());
    }

    private void write(final long index) {
        final long write = ++version;
        Values.stamp(session.value, index, write);
        session.put(values.length(write));
    }

    private void delete(final long index) {
        if (!session.delete()) {
            throw new IllegalStateException("record " + index + " was not there to be deleted");
        }
    }

    /** Reads a record and checks every byte of its value. */
    void verify(final long index) {
        session.select(index);
        values.checkAll(index, session.found, session.get());
    }

    /** Checks that there is no such record. */
    void verifyGone(final long index) {
        session.select(index);
        final int length = session.get();
        if (length >= 0) {
            throw new IllegalStateException("record " + index + " is still there, with " + length + " bytes");
        }
    }

    /** Depends on all that was read, so that no read can be optimised away. */
    long sum() {
        return sum;
    }
}
