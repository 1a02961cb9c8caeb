package org.ashlar.engine.space;

import java.util.concurrent.atomic.LongAdder;

/** Counts the places that are kept out of use because nobody can tell what they hold. Thread-safe. */
final class Quarantine {
    private final LongAdder places = new LongAdder();
    private final LongAdder slotBytes = new LongAdder();
    private final LongAdder runBytes = new LongAdder();
    private final LongAdder indexBytes = new LongAdder();

    /** Counts slots of one page. */
    void addSlots(final long count, final long bytes) {
        places.add(count);
        slotBytes.add(bytes);
    }

    /** Counts heads of runs. */
    void addRuns(final long count, final long bytes) {
        places.add(count);
        runBytes.add(bytes);
    }

    /** Counts one index page. */
    void addIndexPage() {
        places.increment();
        indexBytes.add(Pages.BYTES);
    }

    void removeSlot(final long bytes) {
        addSlots(-1, -bytes);
    }

    void removeRun(final long bytes) {
        addRuns(-1, -bytes);
    }

    void removeIndexPage() {
        places.decrement();
        indexBytes.add(-Pages.BYTES);
    }

    long places() {
        return places.sum();
    }

    long slotBytes() {
        return slotBytes.sum();
    }

    long runBytes() {
        return runBytes.sum();
    }

    long indexBytes() {
        return indexBytes.sum();
    }
}
