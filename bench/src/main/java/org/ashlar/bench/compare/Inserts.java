package org.ashlar.bench.compare;

/**
 * The records that a thread inserts after the load. Threads take turns in the indexes above those that were loaded, and each sees the
 * loaded ones and its own, so that it never asks for one that another is about to insert.
 */
final class Inserts {
    private final int records;
    private final int thread;
    private final int threads;
    private long count;

    Inserts(final int records, final int thread, final int threads) {
        this.records = records;
        this.thread = thread;
        this.threads = threads;
    }

    /** Index of the next record to insert, which counts as inserted from now on. */
    long next() {
        return indexAt(records + count++);
    }

    /** How many records the thread sees. */
    long newest() {
        return records + count;
    }

    /** Index of a record that the thread sees, by its place in the order of insertion. */
    long indexAt(final long position) {
        return position < records ? position : records + (position - records) * threads + thread;
    }
}
