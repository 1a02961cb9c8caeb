package org.ashlar.bench.compare;

import java.util.concurrent.locks.LockSupport;

/** The time, as the loops see it. */
interface Clock {
    /** The machine's. */
    Clock SYSTEM = new Clock() {
        /** A sleep ends late by some 50 microseconds: the last part is waited for awake. */
        private static final long AWAKE_NANOS = 100_000;

        @Override
        public long nanos() {
            return System.nanoTime();
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
    };

    /** Nanoseconds since some moment. */
    long nanos();

    /** Returns at that moment, or at once where it has passed. */
    void awaitUntil(long nanos);
}
