package org.ashlar.bench.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.locks.LockSupport;

/** The time, as the loops see it. */
interface Clock {
    /** The machine's. */
    final class OfMachine implements Clock {
        /** A sleep ends late by some 50 microseconds: the last part is waited for awake. */
        private static final long AWAKE_NANOS = 100_000;

        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final boolean cpuTime;

        /**
         * The clock of a run.
         *
         * @param cpuTime whether threads work only while a processor does
         */
        OfMachine(final boolean cpuTime) {
            this.cpuTime = cpuTime;
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long workedNanos() {
            return cpuTime ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        }

        @Override
        public void awaitUntil(final long nanos) {
            for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
                if (left > 2 * AWAKE_NANOS) {
                    LockSupport.parkNanos(left - AWAKE_NANOS);
                } else {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /** Nanoseconds since some moment. */
    long nanos();

    /** Nanoseconds that the calling thread has worked since some moment: by its CPU time, or by the clock. */
    long workedNanos();

    /** Returns at that moment, or at once where it has passed. */
    void awaitUntil(long nanos);
}
