package org.ashlar.pmem.sim;

/** Called in line with the workload, at each event; the way to make many crash images in one run. */
@FunctionalInterface
public interface CrashPointListener {
    /**
     * The state of the simulator is the one just before the event takes effect. What is stored from here is tracked, but is no
     * event of its own.
     *
     * @param event number of the event, from 1
     * @param kind what is about to happen
     */
    void before(long event, EventKind kind);
}
