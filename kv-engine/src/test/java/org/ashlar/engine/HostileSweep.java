package org.ashlar.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.ashlar.engine.HostilePool.Kind;
import org.ashlar.engine.HostilePool.Part;

/**
 * Damaged pools by number: first each single bit of what is small and vital, then random damage. Runs in a JVM of its own, which may be
 * ended by what it does; it says each number before it begins with it. Numbers below 0 are flips of every bit of every part.
 *
 * <p>One by hand: {@code java -cp ... org.ashlar.engine.HostileSweep FOLDER FIRST COUNT STEP}.
 */
final class HostileSweep {
    /** Flips of the first parts of each kind; of larger ones the first bits. */
    private static final int PARTS = 3;

    private static final int BITS = 320;

    /** Said before each case. */
    static final String CASE = "case ";

    /** Said at the end. */
    static final String DONE = "done";

    /** Said of a case that went wrong, with its number. */
    static final String DEFECT = "defect in case ";

    private final HostilePool[] pools;
    private final List<Flip> flips = new ArrayList<>();

    /** The first bit of each part in the order of {@link #allFlips}. */
    private final NavigableMap<Long, Flip> parts = new TreeMap<>();

    private final long allFlips;
    private final Path folder;

    private record Flip(Kind kind, Part part, int bit) {}

    HostileSweep(final Path folder) {
        this.folder = folder;
        pools = new HostilePool[] {HostilePool.of(folder, false), HostilePool.of(folder, true)};
        long bits = 0;
        for (final Kind kind : pools[1].kinds()) {
            for (final Part part : kind.parts()) {
                parts.put(bits, new Flip(kind, part, 0));
                bits += (long) part.bytes() * Byte.SIZE;
            }
            for (final Part part :
                    kind.parts().subList(0, Math.min(PARTS, kind.parts().size()))) {
                for (int bit = 0; bit < Math.min(BITS, part.bytes() * Byte.SIZE); bit++) {
                    flips.add(new Flip(kind, part, bit));
                }
            }
        }
        allFlips = bits;
    }

    /** So many bits have all parts of all kinds; bit {@code i} is case {@code -1 - i}. */
    long allFlips() {
        return allFlips;
    }

    /** So many cases are flips of one bit. */
    int flips() {
        return flips.size();
    }

    HostileCase caseOf(final long number) {
        if (number < 0) {
            final Map.Entry<Long, Flip> part = parts.floorEntry(-1 - number);
            final Flip flip = part.getValue();
            return HostileCase.flip(pools[1], flip.part(), flip.kind().name(), (int) (-1 - number - part.getKey()));
        }
        if (number < flips.size()) {
            final Flip flip = flips.get((int) number);
            return HostileCase.flip(pools[1], flip.part(), flip.kind().name(), flip.bit());
        }
        return HostileCase.of(pools[(int) (number & 1)], Choices.ofSeed(number));
    }

    /** Runs one; what is wrong, or nothing. */
    String run(final long number) {
        final HostileCase damaged = caseOf(number);
        try {
            final HostileRun run = new HostileRun(damaged.pool(), damaged, Choices.ofSeed(~number), folder, 1);
            run.run();
            // One bit makes nothing 0 that was not: what is not found is told.
            return number < flips.size() && run.isMissNotTold()
                    ? damaged.edits + "\n  a key is not found, and the pool is said to be sound"
                    : "";
        } catch (final IOException | RuntimeException | Error e) {
            final StringBuilder text = new StringBuilder(damaged.edits.toString());
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                text.append("\n  ").append(cause);
                for (int i = 0; i < Math.min(14, cause.getStackTrace().length); i++) {
                    text.append("\n    at ").append(cause.getStackTrace()[i]);
                }
            }
            return text.toString();
        }
    }

    /** Arguments: a folder, the first number, how many, and the step from one to the next. */
    public static void main(final String[] arguments) {
        final HostileSweep sweep = new HostileSweep(Path.of(arguments[0]));
        final long first = Long.parseLong(arguments[1]);
        final long count = Long.parseLong(arguments[2]);
        final long step = Long.parseLong(arguments[3]);
        for (long i = 0; i < count; i++) {
            final long number = first + i * step;
            System.out.println(CASE + number);
            final String wrong = sweep.run(number);
            if (!wrong.isEmpty()) {
                System.out.println(DEFECT + number + ": " + wrong);
            }
        }
        System.out.println(DONE);
    }
}
