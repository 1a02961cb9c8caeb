package org.ashlar.engine.epoch;

/**
 * What one participant has retired and not taken back yet, oldest first, each thing with the epoch of its retirement; and when it is time to look at
 * it. Positions are absolute: they count all that was ever retired. Not thread-safe: for whoever holds the participant, or has lent it;
 * figures may be read by others.
 */
final class RetireList {
    private static final int INITIAL_LENGTH = 256;
    private static final int BATCH = 16;

    /** Things retired between two looks at what is known to be safe: half of what one takes back. */
    private static final int TAKING_INTERVAL = BATCH / 2;

    /** Things retired between two looks at whether something is safe, or is to become so. */
    private static final int LOOKING_INTERVAL = Epochs.EPOCH_INTERVAL / 4;

    /** Of so many things that wait one is taken back at each look, if that is more than a batch. */
    private static final int TAKEN_PART = Epochs.EPOCH_INTERVAL / BATCH;

    /** Later than any epoch. */
    private static final long UNSTAMPED = Long.MAX_VALUE;

    private final long[] batch = new long[BATCH];

    /** Rings of the same length, a power of two; none before there is something. */
    private long[] codes = new long[0];

    private long[] epochs = new long[0];
    private long head;
    private long tail;

    /** The first thing that has no epoch yet. */
    private long stampedTo;

    /** What was retired in an older epoch nobody holds. */
    private long safeBefore;

    /** The tail at which there is another look. */
    private long lookAt;

    /** The tail after the last write. */
    private long writtenTo;

    /** The tail when all that was safe was taken back at once. */
    private long drainedTo;

    private int drainsRequested;

    /** Of what was retired since the last look. */
    private long bytes;

    /** Adds a thing, which has no epoch before {@link #stamp}. */
    void add(final long code) {
        if (tail - head == codes.length) {
            grow();
        }
        codes[index(tail)] = code;
        epochs[index(tail)] = UNSTAMPED;
        tail++;
    }

    private int index(final long position) {
        return (int) position & (codes.length - 1);
    }

    private void grow() {
        final long[] fewCodes = codes;
        final long[] fewEpochs = epochs;
        codes = new long[Math.max(INITIAL_LENGTH, 2 * fewCodes.length)];
        epochs = new long[codes.length];
        for (long p = head; p != tail; p++) {
            codes[index(p)] = fewCodes[(int) p & (fewCodes.length - 1)];
            epochs[index(p)] = fewEpochs[(int) p & (fewCodes.length - 1)];
        }
    }

    /** Notes how much space a thing holds that is added. */
    void noteBytes(final long ofThing) {
        bytes += ofThing;
    }

    /** How many things wait. */
    long waiting() {
        return tail - head;
    }

    /** Gives an epoch to what has none: one that was read after the unlinking of all of it became visible. */
    void stamp(final long epoch) {
        for (; stampedTo != tail; stampedTo++) {
            epochs[index(stampedTo)] = epoch;
        }
    }

    /** Epoch of what has waited longest. There is something that waits. */
    long oldestStamp() {
        return epochs[index(head)];
    }

    // ----------------------------------------------------------------------------------------------------- when

    /** Somebody needs space: all is to be taken back at the ends of the next two writes. */
    void requestDrain() {
        drainsRequested = 2; // the first one stamps what the second one takes back
    }

    /** Whether somebody needs space. */
    boolean isDrainRequested() {
        return drainsRequested > 0;
    }

    /** Whether there is something to do, if anything waits. */
    boolean isDue() {
        return tail >= lookAt || drainsRequested > 0 || bytes >= Epochs.EPOCH_BYTES;
    }

    /** Whether so much waits that an epoch should begin for it, if none has. */
    boolean isFull() {
        return waiting() >= Epochs.EPOCH_INTERVAL || bytes >= Epochs.EPOCH_BYTES;
    }

    /** Whether a quarter of what may wait has come together since all was taken back that could be. */
    boolean isMuch() {
        return tail - Math.max(head, drainedTo) >= Epochs.EPOCH_INTERVAL / 4 || bytes >= Epochs.EPOCH_BYTES / 4;
    }

    /** Whether what has waited longest is known to be held by nobody. There is something that waits. */
    boolean hasSafe() {
        return oldestStamp() < safeBefore;
    }

    /** Notes a look, and what it has found: what was retired before an epoch nobody holds. */
    void setSafeBefore(final long epoch) {
        safeBefore = epoch;
        bytes = 0;
    }

    /** Notes the end of a write: no later one pays for what it has retired. */
    void endWrite() {
        writtenTo = tail;
    }

    private long nextLook() {
        if (head != tail && hasSafe()) {
            return tail + TAKING_INTERVAL;
        }
        final long full = head + Epochs.EPOCH_INTERVAL;
        final long soon = tail + LOOKING_INTERVAL;
        return full > tail ? Math.min(full, soon) : soon;
    }

    // ----------------------------------------------------------------------------------------------- taking back

    /**
     * Takes back some of what is {@linkplain #hasSafe safe}: a batch, or twice as much as the write has retired, or a part of a list that has become
     * long while an operation held it; all, where somebody needs space.
     *
     * @param hasBegun whether an epoch has just begun: then all that waits is safe for the next operation, if nobody else is in
     * @param caller the participant of the thread that does it
     * @throws RuntimeException or {@link InternalError} of the first thing that could not be taken back, after the others were
     */
    void takeSome(final boolean hasBegun, final Reclaimer reclaimer, final Participant caller) {
        final long some = Math.max(BATCH, Math.max(2 * (tail - writtenTo), waiting() / TAKEN_PART));
        final long most = drainsRequested > 0 ? Long.MAX_VALUE : some;
        drainsRequested = Math.max(0, drainsRequested - 1);
        try {
            take(safeBefore, most, reclaimer, caller);
        } finally {
            lookAt = hasBegun ? tail : nextLook();
        }
    }

    /**
     * Takes back all that was retired before an epoch.
     *
     * @param epoch such that nobody holds it
     * @param caller the participant of the thread that does it
     * @throws RuntimeException or {@link InternalError} of the first thing that could not be taken back, after all others were
     */
    void takeAll(final long epoch, final Reclaimer reclaimer, final Participant caller) {
        try {
            take(epoch, Long.MAX_VALUE, reclaimer, caller);
        } finally {
            bytes = 0;
            drainedTo = tail;
            lookAt = nextLook();
        }
    }

    /** Takes back what was retired before an epoch; not much more than so many things. */
    private void take(final long epoch, final long most, final Reclaimer reclaimer, final Participant caller) {
        Throwable first = null;
        long left = most;
        for (int count = nextBatch(epoch); count > 0; count = left > 0 ? nextBatch(epoch) : 0) {
            left -= count;
            long touched = 0;
            for (int i = 0; i < count; i++) {
                touched += reclaimer.touch(batch[i]); // the cache misses of a batch overlap
            }
            caller.keep(touched);
            for (int i = 0; i < count; i++) {
                try {
                    reclaimer.reclaim(caller, batch[i]);
                } catch (final RuntimeException | InternalError e) {
                    first = first == null ? e : first;
                }
            }
        }
        if (first instanceof InternalError fault) {
            throw fault;
        }
        if (first instanceof RuntimeException failure) {
            throw failure;
        }
    }

    /** Moves the oldest things that were retired before an epoch to the batch; returns how many. */
    private int nextBatch(final long epoch) {
        int count = 0;
        while (count < BATCH && head != tail && oldestStamp() < epoch) {
            batch[count++] = codes[index(head)];
            head++;
        }
        return count;
    }
}
