package org.ashlar.pmem.sim;

/** Decides at the memory seam who goes on: its methods return when the calling thread may. */
public interface Scheduler {
    /**
     * A store, a write-back, a fence or a sync is about to take effect.
     *
     * @param telling whether what others do just now is likely to matter
     */
    void step(boolean telling);

    /**
     * A word that others may store to is about to be loaded.
     *
     * @param address of the word
     */
    void stepAtLoad(long address);

    /** The calling thread has released a lock: whoever waits for it goes first. */
    default void unlocked() {}

    /** The calling thread wakes those who wait without a lock that has an owner, before its next step. */
    default void wakesOthers() {}
}
