package org.ashlar.engine.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The lock and the latch in the descriptor of a page. */
public final class DescriptorStress {
    private DescriptorStress() {}

    /** The page lock. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "each saw what the other had written")
    @Outcome(expect = FORBIDDEN, desc = "both held the lock at once, or one did not see the other's stores")
    @State
    public static class Lock {
        private final Descriptors descriptors = StressPool.Pages.POOL.descriptors();
        private final long descriptor;
        private int plain;

        /** A page whose descriptor is ready. */
        public Lock() {
            final long page = StressPool.Pages.next();
            descriptor = descriptors.core(page);
            if (descriptors.beginInitialisation(page)) {
                descriptors.endInitialisation(page);
            }
        }

        private void add() {
            descriptors.lock(descriptor);
            plain++;
            descriptors.unlock(descriptor);
        }

        /** Adds one. */
        @Actor
        public void first() {
            add();
        }

        /** Adds one too. */
        @Actor
        public void second() {
            add();
        }

        /** Looks. */
        @Arbiter
        public void sum(final I_Result result) {
            result.r1 = plain;
        }
    }

    /** The latch of lazy initialisation. */
    @JCStressTest
    @Outcome(id = "7, 7", expect = ACCEPTABLE, desc = "one has initialised the page, and both see how")
    @Outcome(expect = FORBIDDEN, desc = "one has seen a page that is half initialised, or it was initialised twice")
    @State
    public static class Latch {
        private final Descriptors descriptors = StressPool.Pages.POOL.descriptors();
        private final long page = StressPool.Pages.next();
        private int plain;

        /** A page that bears the stamp of no open. */
        public Latch() {
            if (descriptors.beginInitialisation(page)) {
                descriptors.endInitialisation(page);
            }
            Memory.putLongRelease(descriptors.core(page) + CoreDescriptor.STAMP_OFFSET, 0);
        }

        private int touch() {
            if (descriptors.beginInitialisation(page)) {
                plain += 7;
                descriptors.endInitialisation(page);
            }
            return plain;
        }

        /** Touches the page. */
        @Actor
        public void first(final II_Result result) {
            result.r1 = touch();
        }

        /** Touches it too. */
        @Actor
        public void second(final II_Result result) {
            result.r2 = touch();
        }
    }
}
