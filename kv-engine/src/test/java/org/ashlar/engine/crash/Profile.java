package org.ashlar.engine.crash;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What a workload is like, and how densely it is crashed. The {@code with} methods return changed copies. */
final class Profile {
    /** Share of crash points that takes every write-back and every fence. */
    static final int EVERY_FENCE = 1000;

    private static final int TINY_VALUE_BYTES = 16;

    private static final List<Operation.Kind> PUTS = List.of(
            Operation.Kind.PUT,
            Operation.Kind.PUT,
            Operation.Kind.PUT,
            Operation.Kind.PUT_IN_PLACE,
            Operation.Kind.GET_AND_PUT);

    /** For reports. */
    private String name = "churn";

    /** Of 64 KiB that the store can grow to. */
    private int chunks = 256;

    /** Number of maps. */
    private int maps = 3;

    /** Numbers of the keys of each. */
    private List<Integer> keys = firstKeys(25);

    /** Operations at first, at which nothing is crashed. */
    private int quietOperations = 0;

    /** Operations after those. */
    private int operations = 120;

    /** Longest usual value. */
    private int maxValueBytes = 300;

    /** One in so many values is large; 0 for none. */
    private int largeOneIn = 9;

    /** Longest large value. */
    private int maxLargeBytes = 9_000;

    /** Share of puts; the rest after deletes are conditional puts and gets. */
    private int putPercent = 50;

    /** Share of deletes. */
    private int deletePercent = 25;

    /** Share of the events that are crash points; a third of it for plain stores. */
    private int crashPointsPerMille = 60;

    /** Images of a crash point, at most. */
    private int imagesPerPoint = 4;

    /** Whether all images of a crash point are taken where few stores are pending. */
    private boolean takesAllOfFew = false;

    /** One in so many events has a reader that runs just then; four times as many at write-backs and fences. */
    private int readOneIn = 6;

    /** One in so many operations clears, drops or renames a map; 0 for none. */
    private int goneOneIn = 40;

    /** A map is not cleared, dropped or renamed before it has had so many keys. */
    private int goneFromKeys = 0;

    /** One in so many operations compacts the store; 0 for none. */
    private int compactOneIn = 50;

    /** One in so many images is crashed again while it is recovered and used. */
    private int secondOneIn = 12;

    /** Threads that take turns; with more than one, {@link ThreadedWorkload} says what they do. */
    private int threads = 1;

    /** The step at which the first thread is stopped while the others go on to their ends; 0 where the seed decides. */
    private long onlySwitchAt = 0;

    /** Operations on a recovered image, at most. */
    private int maxLaterOperations = 6;

    /** What may become of a whole map. */
    private static final List<Operation.Kind> GONE =
            List.of(Operation.Kind.CLEAR, Operation.Kind.DROP, Operation.Kind.RENAME, Operation.Kind.RENAME);

    private Profile() {}

    private Profile(final Profile other) {
        name = other.name;
        chunks = other.chunks;
        maps = other.maps;
        keys = other.keys;
        quietOperations = other.quietOperations;
        operations = other.operations;
        maxValueBytes = other.maxValueBytes;
        largeOneIn = other.largeOneIn;
        maxLargeBytes = other.maxLargeBytes;
        putPercent = other.putPercent;
        deletePercent = other.deletePercent;
        crashPointsPerMille = other.crashPointsPerMille;
        imagesPerPoint = other.imagesPerPoint;
        takesAllOfFew = other.takesAllOfFew;
        readOneIn = other.readOneIn;
        secondOneIn = other.secondOneIn;
        goneOneIn = other.goneOneIn;
        goneFromKeys = other.goneFromKeys;
        compactOneIn = other.compactOneIn;
        maxLaterOperations = other.maxLaterOperations;
        threads = other.threads;
        onlySwitchAt = other.onlySwitchAt;
    }

    /** Overwrites, deletes and insertions of few keys in several maps. */
    static Profile churn() {
        return new Profile();
    }

    String name() {
        return name;
    }

    int chunks() {
        return chunks;
    }

    List<Integer> keys() {
        return keys;
    }

    int quietOperations() {
        return quietOperations;
    }

    int operations() {
        return operations;
    }

    int crashPointsPerMille() {
        return crashPointsPerMille;
    }

    int imagesPerPoint() {
        return imagesPerPoint;
    }

    boolean takesAllOfFew() {
        return takesAllOfFew;
    }

    int readOneIn() {
        return readOneIn;
    }

    int secondOneIn() {
        return secondOneIn;
    }

    long onlySwitchAt() {
        return onlySwitchAt;
    }

    int threads() {
        return threads;
    }

    int maxLaterOperations() {
        return maxLaterOperations;
    }

    Operation next(final Oracle oracle, final SplittableRandom random) {
        return next(oracle, random, mapName(random.nextInt(maps)));
    }

    /** On any map but the first. */
    Operation nextApart(final Oracle oracle, final SplittableRandom random) {
        return next(oracle, random, mapName(1 + random.nextInt(maps - 1)));
    }

    private Operation next(final Oracle oracle, final SplittableRandom random, final String map) {
        if (!oracle.certainMaps().contains(map)) {
            return new Operation(Operation.Kind.CREATE_MAP, map, -1, Value.ABSENT);
        }
        if (goneOneIn > 0 && oracle.keys(map).size() >= goneFromKeys && random.nextInt(goneOneIn) == 0) {
            final Operation.Kind kind = GONE.get(random.nextInt(GONE.size()));
            return new Operation(kind, map, -1, Value.ABSENT);
        }
        if (compactOneIn > 0 && random.nextInt(compactOneIn) == 0) {
            return new Operation(Operation.Kind.COMPACT, map, -1, Value.ABSENT);
        }
        final int key = keys.get(random.nextInt(keys.size()));
        final int dice = random.nextInt(100);
        if (dice < putPercent) {
            final Operation.Kind kind = PUTS.get(random.nextInt(PUTS.size()));
            return new Operation(kind, map, key, value(oracle, random));
        }
        if (dice < putPercent + deletePercent) {
            return new Operation(Operation.Kind.DELETE, map, key, Value.ABSENT);
        }
        final Operation.Kind conditional = switch (random.nextInt(6)) {
            case 0, 1 -> Operation.Kind.PUT_IF_ABSENT;
            case 2 -> Operation.Kind.REPLACE;
            case 3 -> Operation.Kind.COMPARE_AND_SET;
            default -> Operation.Kind.GET;
        };
        if (conditional != Operation.Kind.GET) {
            return new Operation(conditional, map, key, value(oracle, random));
        }
        return new Operation(Operation.Kind.GET, map, key, Value.ABSENT);
    }

    static List<Integer> firstKeys(final int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    static String mapName(final int map) {
        return "m" + map;
    }

    Value value(final Oracle oracle, final SplittableRandom random) {
        final int length;
        if (largeOneIn > 0 && random.nextInt(largeOneIn) == 0) {
            length = random.nextInt(maxLargeBytes + 1);
        } else {
            // Short ones are as frequent as all others.
            length = random.nextInt(
                    1 + (random.nextBoolean() ? Math.min(TINY_VALUE_BYTES, maxValueBytes) : maxValueBytes));
        }
        return new Value(oracle.nextVersion(), length);
    }

    /** With maps that are cleared and dropped once in so many operations, or never, when they have had some keys. */
    Profile withGone(final int oneIn, final int fromKeys) {
        final Profile p = new Profile(this);
        p.goneOneIn = oneIn;
        p.goneFromKeys = fromKeys;
        return p;
    }

    Profile withCompactions(final int oneIn) {
        final Profile changed = new Profile(this);
        changed.compactOneIn = oneIn;
        return changed;
    }

    Profile withName(final String value) {
        final Profile p = new Profile(this);
        p.name = value;
        return p;
    }

    Profile withChunks(final int value) {
        final Profile p = new Profile(this);
        p.chunks = value;
        return p;
    }

    Profile withMaps(final int value) {
        final Profile p = new Profile(this);
        p.maps = value;
        return p;
    }

    Profile withKeys(final List<Integer> value) {
        final Profile p = new Profile(this);
        p.keys = value;
        return p;
    }

    Profile withOperations(final int quiet, final int crashed) {
        final Profile p = new Profile(this);
        p.quietOperations = quiet;
        p.operations = crashed;
        return p;
    }

    Profile withValues(final int usual, final int oneIn, final int large) {
        final Profile p = new Profile(this);
        p.maxValueBytes = usual;
        p.largeOneIn = oneIn;
        p.maxLargeBytes = large;
        return p;
    }

    Profile withMix(final int puts, final int deletes) {
        final Profile p = new Profile(this);
        p.putPercent = puts;
        p.deletePercent = deletes;
        return p;
    }

    Profile withCrashes(final int pointsPerMille, final int images, final int secondCrashOneIn) {
        final Profile p = new Profile(this);
        p.crashPointsPerMille = pointsPerMille;
        p.imagesPerPoint = images;
        p.secondOneIn = secondCrashOneIn;
        return p;
    }

    Profile withAllOfFew() {
        final Profile p = new Profile(this);
        p.takesAllOfFew = true;
        return p;
    }

    Profile withReaders(final int oneIn) {
        final Profile p = new Profile(this);
        p.readOneIn = oneIn;
        return p;
    }

    Profile withThreads(final int value) {
        final Profile p = new Profile(this);
        p.threads = value;
        return p;
    }

    Profile withOnlySwitchAt(final long value) {
        final Profile p = new Profile(this);
        p.onlySwitchAt = value;
        return p;
    }

    Profile withLaterOperations(final int most) {
        final Profile p = new Profile(this);
        p.maxLaterOperations = most;
        return p;
    }
}
