package org.ashlar.pmem.sim;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The places in the code that write back, and a switch that leaves one of them out: a mutant of the program, which the crash tests
 * must catch. A place is {@code Class.method:line} of the first frame outside the memory seam. For all simulators of the JVM; not
 * thread-safe, as they are not.
 */
public final class WriteBackSites {
    private static final Set<String> SEAM = Set.of(
            "Memory",
            "Persistence",
            "Mmap",
            "PageSyncer",
            "Pool$1",
            "PoolFile",
            "RecorderHub",
            "CrashSimulator",
            "TurnRecorder",
            "WriteBackSites");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private static @Nullable SortedMap<String, Long> seen;
    private static @Nullable String leftOut;

    private WriteBackSites() {}

    /** Begins to note the places that are passed. */
    public static void begin() {
        seen = new TreeMap<>();
    }

    /**
     * The places passed since {@link #begin}.
     *
     * @return how often each was passed
     */
    public static SortedMap<String, Long> seen() {
        return seen == null ? new TreeMap<>() : new TreeMap<>(seen);
    }

    /**
     * Leaves out the write-backs of one place from now on.
     *
     * @param site the place, or null for none
     */
    public static void leaveOut(final @Nullable String site) {
        leftOut = site;
    }

    /** Notes a write-back that is about to count; tells whether it is to be left out. */
    static boolean isLeftOut() {
        if (seen == null && leftOut == null) {
            return false;
        }
        final String site = WALKER.walk(frames -> frames.filter(f -> !isSeam(f))
                .findFirst()
                .map(WriteBackSites::name)
                .orElse("nowhere"));
        if (seen != null) {
            seen.merge(site, 1L, Long::sum);
        }
        return site.equals(leftOut);
    }

    private static boolean isSeam(final StackWalker.StackFrame frame) {
        return SEAM.contains(simpleName(frame));
    }

    private static String name(final StackWalker.StackFrame frame) {
        return simpleName(frame) + "." + frame.getMethodName() + ":" + frame.getLineNumber();
    }

    private static String simpleName(final StackWalker.StackFrame frame) {
        final List<String> parts = List.of(frame.getClassName().split("\\."));
        return parts.get(parts.size() - 1);
    }
}
