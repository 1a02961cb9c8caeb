package org.ashlar.engine.crash;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What a workload is like, and how densely it is crashed. Immutable; the {@code with} methods make changed ones.
 *
 * @param name for reports
 * @param maps number of maps
 * @param keys numbers of the keys of each
 * @param quietOperations operations at first, at which nothing is crashed
 * @param operations operations after those
 * @param maxValueBytes longest usual value
 * @param largeOneIn one in so many values is large; 0 for none
 * @param maxLargeBytes longest large value
 * @param putPercent share of puts; the rest after deletes are conditional puts and gets
 * @param deletePercent share of deletes
 * @param crashPointsPerMille share of the events that are crash points; a third of it for plain stores
 * @param imagesPerPoint images of a crash point, at most
 * @param readOneIn one in so many events has a reader that runs just then
 * @param secondOneIn one in so many images is crashed again while it is recovered and used
 * @param maxLaterOperations operations on a recovered image, at most
 */
record Profile(
        String name,
        int maps,
        List<Integer> keys,
        int quietOperations,
        int operations,
        int maxValueBytes,
        int largeOneIn,
        int maxLargeBytes,
        int putPercent,
        int deletePercent,
        int crashPointsPerMille,
        int imagesPerPoint,
        int readOneIn,
        int secondOneIn,
        int maxLaterOperations) {

    private static final int TINY_VALUE_BYTES = 16;

    /** Overwrites, deletes and insertions of few keys in several maps. */
    static Profile churn() {
        return new Profile("churn", 3, firstKeys(25), 0, 120, 300, 9, 9_000, 50, 25, 60, 4, 6, 12, 6);
    }

    Operation next(final Oracle oracle, final SplittableRandom random) {
        final String map = mapName(random.nextInt(maps));
        if (!oracle.certainMaps().contains(map)) {
            return new Operation(Operation.Kind.CREATE_MAP, map, -1, Value.ABSENT);
        }
        final int key = keys.get(random.nextInt(keys.size()));
        final int dice = random.nextInt(100);
        if (dice < putPercent) {
            return new Operation(Operation.Kind.PUT, map, key, value(oracle, random));
        }
        if (dice < putPercent + deletePercent) {
            return new Operation(Operation.Kind.DELETE, map, key, Value.ABSENT);
        }
        if (random.nextInt(3) != 0) {
            return new Operation(Operation.Kind.PUT_IF_ABSENT, map, key, value(oracle, random));
        }
        return new Operation(Operation.Kind.GET, map, key, Value.ABSENT);
    }

    static List<Integer> firstKeys(final int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    static String mapName(final int map) {
        return "m" + map;
    }

    private Value value(final Oracle oracle, final SplittableRandom random) {
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

    Profile withName(final String value) {
        return new Profile(
                value,
                maps,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withKeys(final List<Integer> value) {
        return new Profile(
                name,
                maps,
                value,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withMaps(final int value) {
        return new Profile(
                name,
                value,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withOperations(final int quiet, final int crashed) {
        return new Profile(
                name,
                maps,
                keys,
                quiet,
                crashed,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withValues(final int usual, final int oneIn, final int large) {
        return new Profile(
                name,
                maps,
                keys,
                quietOperations,
                operations,
                usual,
                oneIn,
                large,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withMix(final int puts, final int deletes) {
        return new Profile(
                name,
                maps,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                puts,
                deletes,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withCrashes(final int pointsPerMille, final int images, final int secondCrashOneIn) {
        return new Profile(
                name,
                maps,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                pointsPerMille,
                images,
                readOneIn,
                secondCrashOneIn,
                maxLaterOperations);
    }

    Profile withReaders(final int oneIn) {
        return new Profile(
                name,
                maps,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                oneIn,
                secondOneIn,
                maxLaterOperations);
    }

    Profile withLaterOperations(final int most) {
        return new Profile(
                name,
                maps,
                keys,
                quietOperations,
                operations,
                maxValueBytes,
                largeOneIn,
                maxLargeBytes,
                putPercent,
                deletePercent,
                crashPointsPerMille,
                imagesPerPoint,
                readOneIn,
                secondOneIn,
                most);
    }
}
