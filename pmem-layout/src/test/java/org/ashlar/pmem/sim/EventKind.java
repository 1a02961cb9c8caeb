package org.ashlar.pmem.sim;

/** What is about to happen at a crash point. */
public enum EventKind {
    /** A plain store. */
    STORE,
    /** A release store or a compare-and-set. */
    STORE_RELEASE,
    /** Lines are handed to write-back. */
    WRITE_BACK,
    /** What this thread handed to write-back becomes durable. */
    FENCE
}
