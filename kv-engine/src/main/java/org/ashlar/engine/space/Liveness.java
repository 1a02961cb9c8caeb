package org.ashlar.engine.space;

import org.ashlar.engine.epoch.Participant;

/**
 * Tells what the index refers to. Implemented above this package; reads the index without locks, persists every DIRTY word
 * that it relies on. Both methods may be called under a page's latch.
 */
public interface Liveness {
    /**
     * Whether an index entry points at a record. The caller has checked that the record's key lies within its slot.
     *
     * @param participant the caller's
     * @param record address
     * @return true when one does
     */
    boolean isLiveRecord(Participant participant, long record);

    /**
     * Loads what {@link #isLiveRecord} will read first, so that the cache misses of the records of a page overlap.
     *
     * @param record address of what may be a record, whose key lies within its slot
     * @return something that depends on what was loaded
     */
    long touch(long record);

    /**
     * Bytes at the end of a record that its checksum leaves out.
     *
     * @param record address
     * @return bytes
     */
    int tailBytes(long record);

    /**
     * What an index page is.
     *
     * @param participant the caller's
     * @param page address
     * @return the verdict
     */
    Verdict judgeIndexPage(Participant participant, long page);

    /** What was found. */
    enum Verdict {
        /** Reached from the root. */
        LIVE,
        /** Not in use, or left behind by a crash. */
        DEAD,
        /** Fails its check: kept out of use. */
        SUSPECT
    }
}
