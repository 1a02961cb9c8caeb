package org.ashlar.engine.jfr;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.ashlar.kv.DurabilityInfo;
import org.ashlar.kv.StoreStats;
import org.ashlar.kv.VerifyReport;
import org.jspecify.annotations.Nullable;

/**
 * What the engine has to tell. Each method that begins something returns what is to be told of its end, on the same thread or another one; what
 * is not told to have ended is forgotten. This class does nothing; what is told where there is a recorder is in a class that needs one.
 */
public class EngineEvents {
    private static final EngineEvents INSTANCE = choose();
    private static final Nothing NOTHING = new Nothing();

    /** Made by {@link #get}, or as what does nothing. */
    EngineEvents() {}

    /**
     * Where to tell.
     *
     * @return the only instance
     */
    public static EngineEvents get() {
        return INSTANCE;
    }

    private static EngineEvents choose() {
        try {
            // By name, so that a runtime image without the recorder neither loads nor verifies what needs it.
            Class.forName("jdk.jfr.FlightRecorder", false, EngineEvents.class.getClassLoader());
            return Class.forName("org.ashlar.engine.jfr.RecordedEvents")
                    .asSubclass(EngineEvents.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (final ReflectiveOperationException | LinkageError | RuntimeException e) {
            return new EngineEvents(); // no module jdk.jfr, or one that may not be used: nobody listens
        }
    }

    /**
     * Whether there is a recorder to tell.
     *
     * @return true where the module {@code jdk.jfr} is there, whether or not a recording runs
     */
    public boolean areRecorded() {
        return false;
    }

    /** The opening of a store. */
    @FunctionalInterface
    public interface Opening {
        /**
         * The store is open.
         *
         * @param path of its pool
         * @param created whether there was none
         * @param recovered whether the last open for writing did not end with a clean close
         * @param checked whether all of it was checked, as the machine had gone down under it
         * @param durability what was obtained
         */
        void ends(Path path, boolean created, boolean recovered, boolean checked, DurabilityInfo durability);
    }

    /** The closing of a store. */
    @FunctionalInterface
    public interface Closing {
        /**
         * The store is closed.
         *
         * @param path of its pool
         * @param allEnded whether all operations had ended and the memory was unmapped
         */
        void ends(Path path, boolean allEnded);
    }

    /** Growth of a pool. */
    @FunctionalInterface
    public interface Growth {
        /**
         * The pool has grown, or failed to.
         *
         * @param path of the pool
         * @param bytesBefore linear bytes with device blocks before
         * @param bytesAfter now; the same where growth failed
         */
        void ends(Path path, long bytesBefore, long bytesAfter);
    }

    /** A split of an index page. */
    @FunctionalInterface
    public interface Split {
        /**
         * The page is split.
         *
         * @param path of the pool
         * @param depth of the page that was split: bits of the hash that all its keys share
         */
        void ends(Path path, int depth);
    }

    /** A sweep over all that earlier opens left. */
    @FunctionalInterface
    public interface Sweep {
        /**
         * All is judged.
         *
         * @param path of the pool
         * @param pages that were left to be swept when it began
         */
        void ends(Path path, long pages);
    }

    /** The search for room in a store that is full. */
    @FunctionalInterface
    public interface MakingRoom {
        /**
         * What could be taken back has been.
         *
         * @param path of the pool
         * @param attempt how often the operation had found no room
         */
        void ends(Path path, int attempt);
    }

    /** A verification. */
    @FunctionalInterface
    public interface Verification {
        /**
         * The store was walked.
         *
         * @param path of the pool
         * @param report what was found
         */
        void ends(Path path, VerifyReport report);
    }

    /** The time from when a map is cleared or dropped until its space is given back. */
    @FunctionalInterface
    public interface GivingBack {
        /**
         * All of its space is given back.
         *
         * @param path of the pool
         * @param map its incarnation: its number among all maps that the store ever had
         */
        void ends(Path path, int map);
    }

    /** A store that is observed. */
    @FunctionalInterface
    public interface Observation {
        /** Ends it. */
        void end();
    }

    /**
     * Has the figures of a store told from time to time, as long as there are recordings that ask for them.
     *
     * @param path of its pool
     * @param stats gives them, or null where the store is closed; called on a thread of the recorder
     * @return to be ended when the store is closed
     */
    public Observation observe(final Path path, final Supplier<@Nullable StoreStats> stats) {
        return NOTHING;
    }

    /**
     * A store is being opened.
     *
     * @return for its end
     */
    public Opening openingBegins() {
        return NOTHING;
    }

    /**
     * A store is being closed.
     *
     * @return for its end
     */
    public Closing closingBegins() {
        return NOTHING;
    }

    /**
     * A pool grows.
     *
     * @return for its end
     */
    public Growth growthBegins() {
        return NOTHING;
    }

    /**
     * An index page is split.
     *
     * @return for its end
     */
    public Split splitBegins() {
        return NOTHING;
    }

    /**
     * All that earlier opens left is swept.
     *
     * @return for its end
     */
    public Sweep sweepBegins() {
        return NOTHING;
    }

    /**
     * A store is full, and room is made.
     *
     * @return for its end
     */
    public MakingRoom makingRoomBegins() {
        return NOTHING;
    }

    /**
     * A store is verified.
     *
     * @return for its end
     */
    public Verification verificationBegins() {
        return NOTHING;
    }

    /**
     * A map is gone, and its space is to be given back.
     *
     * @return for its end
     */
    public GivingBack givingBackBegins() {
        return NOTHING;
    }

    /** Tells nothing. A class, as a lambda for each would take longer to make than a store takes to open. */
    private static final class Nothing
            implements Opening, Closing, Growth, Split, Sweep, MakingRoom, Verification, GivingBack, Observation {
        @Override
        public void ends(
                final Path path,
                final boolean created,
                final boolean recovered,
                final boolean checked,
                final DurabilityInfo durability) {}

        @Override
        public void ends(final Path path, final boolean allEnded) {}

        @Override
        public void ends(final Path path, final long bytesBefore, final long bytesAfter) {}

        @Override
        public void ends(final Path path, final int depthOrAttemptOrMap) {}

        @Override
        public void ends(final Path path, final long pages) {}

        @Override
        public void ends(final Path path, final VerifyReport report) {}

        @Override
        public void end() {}
    }
}
