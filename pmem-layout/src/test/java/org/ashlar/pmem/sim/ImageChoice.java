package org.ashlar.pmem.sim;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which pending stores a crash image holds. Immutable; as text ({@link #toString}, {@link #parse}) it goes into the command
 * that replays a failure.
 */
public final class ImageChoice {
    private enum Kind {
        NONE,
        ALL,
        KILLED,
        WITHOUT,
        ONLY,
        RANDOM,
        SUBSET,
        WITHOUT_SEEN,
        ONLY_SEEN,
        WITHOUT_PAGE,
        ONLY_PAGE,
        PAGES
    }

    /** Only what is durable: power failed and no pending store had reached the media. */
    public static final ImageChoice NONE = new ImageChoice(Kind.NONE, 0);

    /** All pending stores: the end of the process, or every line evicted just in time. */
    public static final ImageChoice ALL = new ImageChoice(Kind.ALL, 0);

    /**
     * All pending stores, and they are still pending for the next process: the end of this one, while the machine goes on. See {@link
     * CrashSimulator#inherit}.
     */
    public static final ImageChoice KILLED = new ImageChoice(Kind.KILLED, 0);

    /** All but the lines that another thread than the one that stored has looked at. */
    public static final ImageChoice WITHOUT_SEEN = new ImageChoice(Kind.WITHOUT_SEEN, 0);

    /** The lines that another thread than the one that stored has looked at. */
    public static final ImageChoice ONLY_SEEN = new ImageChoice(Kind.ONLY_SEEN, 0);

    private static final int ENUMERATED_STORES = 4;

    /** What the kernel or the device may write in one go: a line, as the device reads it from memory; a sector; a page. */
    private static final int[] UNITS = {PendingLine.BYTES, 512, ByteImage.PAGE_BYTES, ByteImage.PAGE_BYTES};

    private final Kind kind;
    private final long argument;

    private ImageChoice(final Kind kind, final long argument) {
        this.kind = kind;
        this.argument = argument;
    }

    /**
     * All but one line's.
     *
     * @param line index of the line among the pending ones
     * @return the choice
     */
    public static ImageChoice without(final int line) {
        return new ImageChoice(Kind.WITHOUT, line);
    }

    /**
     * One line's alone.
     *
     * @param line index of the line among the pending ones
     * @return the choice
     */
    public static ImageChoice only(final int line) {
        return new ImageChoice(Kind.ONLY, line);
    }

    /**
     * For each line all, none, the first few, or any set.
     *
     * @param seed decides
     * @return the choice
     */
    public static ImageChoice random(final long seed) {
        return new ImageChoice(Kind.RANDOM, seed);
    }

    /**
     * For each page, sector or line what it held at some instant since it was last known to be durable: the kernel writes pages when it
     * likes to, the device may tear them, and memory changes while it reads them.
     *
     * @param seed decides
     * @return the choice
     */
    public static ImageChoice pages(final long seed) {
        return new ImageChoice(Kind.PAGES, seed);
    }

    private static ImageChoice subset(final long mask) {
        return new ImageChoice(Kind.SUBSET, mask);
    }

    /**
     * Whether this is {@link #KILLED}.
     *
     * @return true when it is
     */
    public boolean isKill() {
        return kind == Kind.KILLED;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text the choice as text
     * @return the choice
     */
    public static ImageChoice parse(final String text) {
        final int colon = text.indexOf(':');
        final Kind kind = Kind.valueOf(colon < 0 ? text : text.substring(0, colon));
        return new ImageChoice(kind, colon < 0 ? 0 : Long.parseLong(text.substring(colon + 1)));
    }

    /**
     * Choices for what is pending now: all that there are when they are few, otherwise the telling ones and random ones.
     *
     * @param simulator whose state it is
     * @param limit how many at most, 1 or more
     * @param random decides
     * @return the choices, all different in effect when they are few
     */
    public static List<ImageChoice> sample(
            final CrashSimulator simulator, final int limit, final SplittableRandom random) {
        return sample(simulator, limit, false, random);
    }

    /**
     * Choices for what is pending now: all that there are when they are few, otherwise the telling ones and random ones.
     *
     * @param simulator whose state it is
     * @param limit how many at most, 1 or more
     * @param allOfFew whether the limit does not hold where few stores are pending
     * @param random decides
     * @return the choices, all different in effect when they are few
     */
    public static List<ImageChoice> sample(
            final CrashSimulator simulator, final int limit, final boolean allOfFew, final SplittableRandom random) {
        final List<PendingLine> lines = simulator.pendingLines();
        if (simulator.isPaged()) {
            return samplePages(lines, limit, random);
        }
        final int stores = lines.stream().mapToInt(PendingLine::count).sum();
        final List<ImageChoice> choices = new ArrayList<>();
        if (stores == 0) {
            choices.add(NONE);
        } else if (stores <= ENUMERATED_STORES) {
            for (long mask = 0; mask < 1L << stores; mask++) {
                if (isPossible(lines, mask)) {
                    choices.add(subset(mask));
                }
            }
        } else {
            choices.add(NONE);
            choices.add(ALL);
            for (int i = 0; lines.size() > 1 && i < lines.size(); i++) {
                choices.add(without(i));
                choices.add(only(i));
            }
            if (lines.size() > 1 && lines.stream().anyMatch(PendingLine::wasLookedAt)) {
                choices.add(WITHOUT_SEEN);
                choices.add(ONLY_SEEN);
            }
            final int randoms = Math.max(2, limit / 2);
            for (int i = 0; i < randoms; i++) {
                choices.add(random(random.nextLong() & 0xFFFF_FFFFL));
            }
        }
        return allOfFew && stores <= ENUMERATED_STORES ? choices : drop(choices, limit, random);
    }

    private static List<ImageChoice> samplePages(
            final List<PendingLine> lines, final int limit, final SplittableRandom random) {
        final List<ImageChoice> choices = new ArrayList<>();
        choices.add(NONE);
        if (!lines.isEmpty()) {
            choices.add(ALL);
            final long[] pages =
                    lines.stream().mapToLong(ImageChoice::pageOf).distinct().toArray();
            for (int i = 0; pages.length > 1 && i < pages.length; i++) {
                choices.add(new ImageChoice(Kind.WITHOUT_PAGE, pages[i]));
                choices.add(new ImageChoice(Kind.ONLY_PAGE, pages[i]));
            }
            for (int i = 0; i < Math.max(2, limit); i++) {
                choices.add(pages(random.nextLong() & 0xFFFF_FFFFL));
            }
        }
        return drop(choices, limit, random);
    }

    private static List<ImageChoice> drop(
            final List<ImageChoice> choices, final int limit, final SplittableRandom random) {
        while (choices.size() > limit) {
            choices.remove(random.nextInt(choices.size()));
        }
        return choices;
    }

    private static long pageOf(final PendingLine line) {
        return line.fileOffset() / ByteImage.PAGE_BYTES;
    }

    private static boolean isPossible(final List<PendingLine> lines, final long mask) {
        int first = 0;
        for (final PendingLine line : lines) {
            if (!line.isClosed(bits(mask, first, line.count()))) {
                return false;
            }
            first += line.count();
        }
        return true;
    }

    private static BitSet bits(final long mask, final int first, final int count) {
        return BitSet.valueOf(new long[] {first >= Long.SIZE ? 0 : mask >>> first & (1L << count) - 1});
    }

    /** The stores of a line that have reached the media; {@link PendingLine#close} adds what must be with them. */
    BitSet choose(final List<PendingLine> lines, final int index) {
        final int count = lines.get(index).count();
        final BitSet reached = new BitSet(count);
        switch (kind) {
            case NONE -> {}
            case ALL, KILLED -> reached.set(0, count);
            case WITHOUT -> reached.set(0, index == argument ? 0 : count);
            case ONLY -> reached.set(0, index == argument ? count : 0);
            case SUBSET -> {
                int first = 0;
                for (int i = 0; i < index; i++) {
                    first += lines.get(i).count();
                }
                reached.or(bits(argument, first, count));
            }
            case RANDOM -> chooseAtRandom(count, index, reached);
            case WITHOUT_SEEN -> reached.set(0, lines.get(index).wasLookedAt() ? 0 : count);
            case ONLY_SEEN -> reached.set(0, lines.get(index).wasLookedAt() ? count : 0);
            case WITHOUT_PAGE -> reached.set(0, pageOf(lines.get(index)) == argument ? 0 : count);
            case ONLY_PAGE -> reached.set(0, pageOf(lines.get(index)) == argument ? count : 0);
            case PAGES -> chooseInstant(lines, index, reached);
        }
        return reached;
    }

    /** The stores that were made up to an instant, which is the same for all lines of a unit. */
    private void chooseInstant(final List<PendingLine> lines, final int index, final BitSet reached) {
        final PendingLine line = lines.get(index);
        final int unit = UNITS[new SplittableRandom(argument).nextInt(UNITS.length)];
        final long number = line.fileOffset() / unit;
        final SplittableRandom random = new SplittableRandom(argument * 0x9E37_79B9_7F4A_7C15L + number);
        final long instant = switch (random.nextInt(3)) {
            case 0 -> Long.MIN_VALUE;
            case 1 -> Long.MAX_VALUE;
            default -> instantOf(lines, unit, number, random);
        };
        for (int i = 0; i < line.count(); i++) {
            reached.set(i, line.timeOf(i) <= instant);
        }
    }

    private static long instantOf(
            final List<PendingLine> lines, final int unit, final long number, final SplittableRandom random) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (final PendingLine line : lines) {
            if (line.fileOffset() / unit == number) {
                first = Math.min(first, line.timeOf(0));
                last = Math.max(last, line.timeOf(line.count() - 1));
            }
        }
        return first + random.nextLong(last - first + 1);
    }

    private void chooseAtRandom(final int count, final int index, final BitSet reached) {
        final SplittableRandom whole = new SplittableRandom(argument);
        // Some images have lost nearly everything, some next to nothing.
        final int reachedOf16 = new int[] {1, 4, 8, 12, 15}[whole.nextInt(5)];
        final SplittableRandom random = new SplittableRandom(argument * 0x9E3779B97F4A7C15L + index);
        switch (random.nextInt(3)) {
            case 0 -> reached.set(0, random.nextInt(16) < reachedOf16 ? count : 0);
            case 1 -> reached.set(0, random.nextInt(count + 1));
            default -> {
                for (int i = 0; i < count; i++) {
                    reached.set(i, random.nextInt(16) < reachedOf16);
                }
            }
        }
    }

    @Override
    public String toString() {
        return switch (kind) {
            case NONE, ALL, KILLED, WITHOUT_SEEN, ONLY_SEEN -> kind.name();
            default -> kind + ":" + argument;
        };
    }
}
