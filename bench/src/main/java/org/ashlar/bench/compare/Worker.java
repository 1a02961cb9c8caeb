package org.ashlar.bench.compare;

import org.ashlar.bench.Records;

/** Does what requests say, and checks each value that it reads. Of one thread. */
final class Worker {
    /** So that no two threads write the same version. */
    private static final int THREAD_SHIFT = 48;

    private final Session session;
    private final Values values;
    private long version;

    Worker(final Session session, final Values values, final int thread) {
        this.session = session;
        this.values = values;
        version = (long) thread << THREAD_SHIFT;
    }

    void run(final long request) {
        run(request, Records.key(Request.index(request)));
    }

    /**
     * As the other, for who has prepared the key. Little enough around a read that the processor can begin the next one's cache misses
     * during this one's, if the store lets it.
     *
     * @param number key of the request's record
     */
    void run(final long request, final long number) {
        final long index = Request.index(request);
        session.select(index, number);
        if (Request.isRead(request)) {
            read(number);
        } else {
            change(request, index, number);
        }
    }

    /**
     * Does what a number of requests say, one after the other.
     *
     * @param numbers the keys of their records
     */
    void run(final long[] requests, final long[] numbers, final int count) {
        for (int i = 0; i < count; i++) {
            run(requests[i], numbers[i]);
        }
    }

    private void change(final long request, final long index, final long number) {
        switch (Request.kind(request)) {
            case READ -> read(number);
            case UPDATE, INSERT -> write(number);
            case READ_MODIFY_WRITE -> {
                read(number);
                write(number);
            }
            case DELETE -> delete(index);
            case REPLACE -> {
                delete(index);
                write(number);
            }
        }
    }

    private void read(final long number) {
        values.check(number, session.found, session.get());
    }

    private void write(final long number) {
        final long write = ++version;
        Values.stamp(session.value, number, write);
        session.put(values.length(write));
    }

    private void delete(final long index) {
        if (!session.delete()) {
            throw new IllegalStateException("record " + index + " was not there to be deleted");
        }
    }

    /** Reads a record and checks every byte of its value. */
    void verify(final long index) {
        final long number = Records.key(index);
        session.select(index, number);
        values.checkAll(number, session.found, session.get());
    }

    /** Checks that there is no such record. */
    void verifyGone(final long index) {
        session.select(index, Records.key(index));
        final int length = session.get();
        if (length >= 0) {
            throw new IllegalStateException("record " + index + " is still there, with " + length + " bytes");
        }
    }
}
