package org.ashlar.pmem.sim;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the code does for persistence, place by place, and a switch that leaves one of it out: a mutant of the program, which the crash
 * tests must catch. For all simulators of the JVM; not thread-safe, as they are not.
 *
 * <p><b>Pairs of stores.</b> Two stores with a fence between swap when the write-back or the fence is left out. Two without one between are
 * in any order in the images already, in different lines or where the later one is plain; only a release store has an order, after what
 * its thread stored to its line before. So to take that order away is to swap it with each of them.
 */
public final class Mutants {
    /** What is left out. */
    public enum Kind {
        /** The lines are not handed to write-back; or, where pages are synced, they are not synced. */
        WRITE_BACK,
        /** The fence behind a write-back: the lines are durable at the thread's next fence. */
        FENCE,
        /** The order of a release store after what precedes it in its line. */
        RELEASE
    }

    /**
     * One mutant.
     *
     * @param kind what is left out
     * @param method where, as {@code Class.method}: the first frame outside the memory seam
     * @param line in its source
     */
    public record Mutant(Kind kind, String method, int line) implements Comparable<Mutant> {
        @Override
        public int compareTo(final Mutant other) {
            return Comparator.comparing(Mutant::kind)
                    .thenComparing(Mutant::method)
                    .thenComparingInt(Mutant::line)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return kind + " " + method + ":" + line;
        }
    }

    private static final Set<String> SEAM = Set.of(
            "Memory",
            "Persistence",
            "Mmap",
            "PageSyncer",
            "Pool$1",
            "PoolFile",
            "RecorderHub",
            "CrashSimulator",
            "WriteBacks",
            "TurnRecorder",
            "Mutants");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private static @Nullable NavigableSet<Mutant> seen;
    private static @Nullable Mutant leftOut;

    private Mutants() {}

    /** Begins to note what could be left out. */
    public static void begin() {
        seen = new TreeSet<>();
    }

    /**
     * What was passed since {@link #begin}, which ends the noting.
     *
     * @return the mutants
     */
    public static NavigableSet<Mutant> end() {
        final NavigableSet<Mutant> result = seen == null ? new TreeSet<>() : seen;
        seen = null;
        return result;
    }

    /**
     * Leaves something out from now on.
     *
     * @param mutant what, or null for nothing
     */
    public static void leaveOut(final @Nullable Mutant mutant) {
        leftOut = mutant;
    }

    /** Notes what is about to count; tells whether it is to be left out. */
    static boolean isLeftOut(final Kind kind) {
        final Mutant wanted = leftOut;
        if (seen == null && (wanted == null || wanted.kind != kind)) {
            return false;
        }
        final Mutant here = WALKER.walk(frames -> frames.filter(f -> !SEAM.contains(simpleName(f)))
                .findFirst()
                .map(f -> new Mutant(kind, simpleName(f) + "." + f.getMethodName(), f.getLineNumber()))
                .orElseThrow());
        if (seen != null) {
            seen.add(here);
        }
        return here.equals(wanted);
    }

    private static String simpleName(final StackWalker.StackFrame frame) {
        final List<String> parts = List.of(frame.getClassName().split("\\."));
        return parts.get(parts.size() - 1);
    }
}
