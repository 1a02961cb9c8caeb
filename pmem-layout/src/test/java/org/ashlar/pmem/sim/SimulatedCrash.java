package org.ashlar.pmem.sim;

/** Thrown out of the memory seam at the event that {@link CrashSimulator#crashAt} named. An error, so that nobody catches it. */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(final long event) {
        super("simulated crash before event " + event);
    }
}
