package org.ashlar.engine;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
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

    /** Begins the line that the child writes to its standard error when it is there. */
    static final String MET = "at the kill point ";

    private static final int FRAMES_TOLD = 4;

    /** What a pool has been through before the life that is killed there. */
    enum Before {
        /** It is not there. */
        NOTHING,
        /** A life that was closed. */
        CLOSED,
        /** A life that was killed, with DIRTY left in every entry. */
        LEFT_DIRTY,
        /** A life that was closed, and any number that were killed at the place. */
        ANY
    }

    /**
     * Where a process can be killed, by what must be on the stack: types, or methods of them. Creation of a pool, which writes through the file,
     * has its steps in {@code CreationTest}.
     */
    enum Place {
        SUPERBLOCK_BEGIN(Before.NOTHING, 5, "Superblock.begin"),
        CATALOG_LEAF(Before.NOTHING, 50, "EngineStore.<init>", "HashIndex.plantLeaf"),
        SUPERBLOCK_FINISH(Before.NOTHING, 6, "Superblock.finish"),
        MAP_CREATION(Before.NOTHING, 150, "Catalog.create"),
        PUT(Before.ANY, 1_000, "MapCore.put"),
        DELETE(Before.ANY, 100, "HashIndex.remove"),
        SPLIT(Before.ANY, 200, "LeafSplit"),
        FIRST_DIRECTORY(Before.NOTHING, 25, "Directory.plantRoot"),
        // As many events as the first split of a segment has, which doubles the root array: that begins with one word.
        DOUBLING_SEGMENTS(Before.NOTHING, 14, "Directory.splitSegment", "Directory.writeSegment"),
        DOUBLING_ROOT(Before.NOTHING, 3, "Directory.splitSegment", "Directory.writeRoot"),
        DOUBLING_COMMIT(Before.NOTHING, 3, "Directory.splitSegment", "Directory.publishRoot"),
        GROWTH(Before.CLOSED, 12, "PoolGrowth"), // two steps, of two copies of the header each
        FIRST_TOUCH(Before.CLOSED, 3, "Descriptors.beginInitialisation"),
        FIRST_TOUCH_OF_CHUNK(Before.CLOSED, 40, "SlotFirstTouch.initialiseChunk"),
        FIRST_TOUCH_OF_SLOTS(Before.CLOSED, 100, "SlotFirstTouch.initialisePage"),
        FIRST_TOUCH_OF_INDEX(Before.CLOSED, 33, "FirstTouch.touch"),
        FIRST_TOUCH_OF_DIRTY_INDEX(Before.LEFT_DIRTY, 60, "FirstTouch.settle"),
        CLEAR(Before.ANY, 40, "Catalog.clear"),
        DROP(Before.ANY, 20, "Catalog.drop"),
        RENAME(Before.ANY, 40, "Catalog.rename"),
        REAPING(Before.ANY, 40, "Reaper"),
        COMPACTION(Before.ANY, 40, "RecordMover"),
        CLOSE(Before.ANY, 18, "EngineStore.close"), // three of each map
        CLEAN_MARK(Before.ANY, 6, "Pool.markClean");

        private final Before before;
        private final int mostEvents;
        private final String outer;
        private final String inner;

        Place(final Before before, final int mostEvents, final String method) {
            this(before, mostEvents, method, method);
        }

        Place(final Before before, final int mostEvents, final String outer, final String inner) {
            this.before = before;
            this.mostEvents = mostEvents;
            this.outer = outer;
            this.inner = inner;
        }

        Before before() {
            return before;
        }

        /** As many events there is every life sure to meet. */
        int mostEvents() {
            return mostEvents;
        }

        /** Whether the engine is set up there, so that the pool may be one whose creation was not finished. */
        boolean isInCreation() {
            return this == SUPERBLOCK_BEGIN || this == CATALOG_LEAF || this == SUPERBLOCK_FINISH;
        }

        /** Operations that are sure to come there. */
        KillWorkload.Mix mix() {
            if (outer.startsWith("Directory.")) {
                return KillWorkload.Mix.DEEPENING;
            }
            return name().startsWith("FIRST_TOUCH") ? KillWorkload.Mix.TOUCHING : KillWorkload.Mix.USUAL;
        }

        /** Whether the life ends of itself. */
        boolean isInClose() {
            return this == CLOSE || this == CLEAN_MARK;
        }

        private boolean isOn(final List<String> stack) {
            return isOn(stack, inner) && isOn(stack, outer);
        }

        private static boolean isOn(final List<String> stack, final String name) {
            return stack.stream().anyMatch(method -> isOf(method, name));
        }

        private static boolean isOf(final String method, final String name) {
            return name.indexOf('.') < 0 ? method.startsWith(name + '.') : method.equals(name);
        }
    }

    private static final StackWalker STACK = StackWalker.getInstance(Set.of());

    private final Place place = Place.valueOf(System.getProperty(PLACE));
    private final int event = Integer.getInteger(EVENT);
    private final AtomicInteger seen = new AtomicInteger();

    /** By its name, as {@link org.ashlar.pmem.Memory} makes it. */
    public KillPoint() {}

    /** Methods with the simple names of their types, the innermost first. */
    private static List<String> stack() {
        return STACK.walk(frames -> frames.map(frame -> {
                    final String type = frame.getClassName();
                    return type.substring(type.lastIndexOf('.') + 1) + '.' + frame.getMethodName();
                })
                .toList());
    }

    private void meet(final String what) {
        if (seen.get() >= event) {
            return;
        }
        final List<String> stack = stack();
        if (place.isOn(stack) && seen.incrementAndGet() == event) {
            System.err.println(MET + place + ", event " + event + ", " + what + " in "
                    + stack.stream()
                            .filter(method -> !method.matches("(KillPoint|Memory|Persistence)\\..*"))
                            .limit(FRAMES_TOLD)
                            .collect(Collectors.joining(" < ")));
            KillChild.say(KillChild.AT_THE_POINT);
            while (true) {
                LockSupport.park();
            }
        }
    }

    @Override
    public void store(final long address, final long length) {
        meet("a store");
    }

    @Override
    public void storeRelease(final long address, final long length) {
        meet("a releasing store");
    }

    @Override
    public void writeBack(final long address, final long length) {
        meet("a write-back");
    }

    @Override
    public void fence() {
        meet("a fence");
    }
}
