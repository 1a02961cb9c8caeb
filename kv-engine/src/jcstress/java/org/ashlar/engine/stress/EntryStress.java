package org.ashlar.engine.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An index entry, written with DIRTY, persisted, and rewritten without, against a reader that looks twice. */
public final class EntryStress {
    private EntryStress() {}

    /** A key that had nothing. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "both reads came before the put")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the put came between the reads")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both reads came after the put")
    @Outcome(expect = FORBIDDEN, desc = "what was read once is gone, or a value that nobody put")
    @State
    public static class Insert {
        private final byte[] key = StressPool.nextKey();

        /** Makes sure that there is nothing. */
        public Insert() {
            StressPool.Maps.MAP.delete(key);
        }

        /** Puts. */
        @Actor
        public void writer() {
            StressPool.Maps.MAP.put(key, new byte[] {1});
        }

        /** Reads twice. */
        @Actor
        public void reader(final II_Result result) {
            result.r1 = StressPool.first(StressPool.Maps.MAP.get(key));
            result.r2 = StressPool.first(StressPool.Maps.MAP.get(key));
        }
    }

    /** A key that had a value. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both reads came before the put")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "the put came between the reads")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both reads came after the put")
    @Outcome(expect = FORBIDDEN, desc = "the key was absent for a moment, or the old value came back")
    @State
    public static class Update {
        private final byte[] key = StressPool.nextKey();

        /** The old value. */
        public Update() {
            StressPool.Maps.MAP.put(key, new byte[] {1});
        }

        /** Puts. */
        @Actor
        public void writer() {
            StressPool.Maps.MAP.put(key, new byte[] {2});
        }

        /** Reads twice. */
        @Actor
        public void reader(final II_Result result) {
            result.r1 = StressPool.first(StressPool.Maps.MAP.get(key));
            result.r2 = StressPool.first(StressPool.Maps.MAP.get(key));
        }
    }

    /** A key that loses its value. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both reads came before the delete")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the delete came between the reads")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "both reads came after the delete")
    @Outcome(expect = FORBIDDEN, desc = "what was deleted came back")
    @State
    public static class Delete {
        private final byte[] key = StressPool.nextKey();

        /** The value. */
        public Delete() {
            StressPool.Maps.MAP.put(key, new byte[] {1});
        }

        /** Deletes. */
        @Actor
        public void writer() {
            StressPool.Maps.MAP.delete(key);
        }

        /** Reads twice. */
        @Actor
        public void reader(final II_Result result) {
            result.r1 = StressPool.first(StressPool.Maps.MAP.get(key));
            result.r2 = StressPool.first(StressPool.Maps.MAP.get(key));
        }
    }

    /** Two that put where nothing was. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the first was first")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the second was first")
    @Outcome(expect = FORBIDDEN, desc = "both were first, or nobody was")
    @State
    public static class PutIfAbsent {
        private final byte[] key = StressPool.nextKey();

        /** Makes sure that there is nothing. */
        public PutIfAbsent() {
            StressPool.Maps.MAP.delete(key);
        }

        /** Puts. */
        @Actor
        public void first(final II_Result result) {
            result.r1 = StressPool.Maps.MAP.putIfAbsent(key, new byte[] {1}) ? 1 : 0;
        }

        /** Puts too. */
        @Actor
        public void second(final II_Result result) {
            result.r2 = StressPool.Maps.MAP.putIfAbsent(key, new byte[] {2}) ? 1 : 0;
        }
    }
}
