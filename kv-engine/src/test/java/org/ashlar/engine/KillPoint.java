package org.ashlar.engine;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.pmem.MemoryRecorder;

/**
 * Stops a process at a chosen point, to be killed there: when a thread is about to store, or has persisted, for the so-manieth time within
 * the code of a {@link Place}. It says so, and that thread goes no further; the others go on until the process is killed. The recorder of
 * a child JVM.
 */
public final class KillPoint implements MemoryRecorder {
    /** Name of a place. */
    static final String PLACE = "ashlar.kill.place";

    /** Which of the stores, write-backs and fences there. */
    static final String EVENT = "ashlar.kill.event";

    /**
     * Where a process can be killed, by the class and method that must be on the stack; any method where none is named. Creation, which writes
     * through the file, has its steps in {@code CreationTest}.
     */
    enum Place {
        PUT("MapCore", "put", 1_000),
        DELETE("HashIndex", "remove", 100),
        SPLIT("LeafSplit", "", 200),
        DOUBLING("Directory", "writeRoot", 3),
        GROWTH("PoolGrowth", "", 3),
        FIRST_TOUCH("Descriptors", "beginInitialisation", 3),
        CLEAR("Catalog", "clear", 40),
        DROP("Catalog", "drop", 20),
        RENAME("Catalog", "rename", 40),
        REAPING("Reaper", "", 40),
        COMPACTION("RecordMover", "", 40),
        CLOSE("EngineStore", "close", 2);

        private final String type;
        private final String method;
        private final int mostEvents;

        Place(final String type, final String method, final int mostEvents) {
            this.type = type;
            this.method = method;
            this.mostEvents = mostEvents;
        }

        /** As many events there is every life sure to meet. */
        int mostEvents() {
            return mostEvents;
        }

        private boolean isOf(final StackWalker.StackFrame frame) {
            return frame.getClassName().endsWith('.' + type)
                    && (method.isEmpty() || frame.getMethodName().equals(method));
        }
    }

    private static final StackWalker STACK = StackWalker.getInstance(Set.of());

    private final Place place = Place.valueOf(System.getProperty(PLACE));
    private final int event = Integer.getInteger(EVENT);
    private final AtomicInteger seen = new AtomicInteger();

    /** By its name, as {@link org.ashlar.pmem.Memory} makes it. */
    public KillPoint() {}

    private void meet() {
        if (seen.get() < event
                && STACK.walk(frames -> frames.anyMatch(place::isOf))
                && seen.incrementAndGet() == event) {
            KillChild.say(KillChild.AT_THE_POINT);
            while (true) {
                LockSupport.park();
            }
        }
    }

    @Override
    public void store(final long address, final long length) {
        meet();
    }

    @Override
    public void storeRelease(final long address, final long length) {
        meet();
    }

    @Override
    public void writeBack(final long address, final long length) {
        meet();
    }

    @Override
    public void fence() {
        meet();
    }
}
