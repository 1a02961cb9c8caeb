package org.ashlar.engine;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.agrona.collections.Int2ObjectHashMap;
import org.ashlar.engine.record.RecordImage;
import org.jspecify.annotations.Nullable;

/**
 * Records that were found in the space, and that no sound index leads to; for each key of each map the one that is most likely the
 * last. What a damaged index page still points at goes before the rest, then what a later open wrote: within one open, nothing in a
 * record tells its age.
 */
final class DoubtfulRecords {
    private record Key(int incarnation, ByteBuffer bytes) {}

    /**
     * The best record for a key.
     *
     * @param offset linear offset
     * @param open counter of the open that wrote it
     * @param isHinted whether a damaged index page points at it
     * @param rivals others with the same key
     * @param isTied whether one of those is as likely
     */
    private record Candidate(long offset, int open, boolean isHinted, int rivals, boolean isTied) {}

    /** Takes the best record of each key. */
    interface Sink {
        /** Called once for each map and key. */
        void accept(int incarnation, byte[] key, long offset, String reason);
    }

    private final Map<Key, Candidate> best = new LinkedHashMap<>();

    /**
     * Looks for records of maps in the space.
     *
     * @param maps by incarnation
     * @param tailBytes bytes at the end of their records that the checksum leaves out
     * @param isCertain whether a key of a map has a certain record
     * @param unknown makes a map of an incarnation that is not among them; returns null where there is no such map
     * @param mayBeUnknown which other incarnations are asked about at all
     */
    void find(
            final DamagedPool pool,
            final Int2ObjectHashMap<MapWalk> maps,
            final int tailBytes,
            final BiPredicate<MapWalk, byte[]> isCertain,
            final IntFunction<@Nullable MapWalk> unknown,
            final IntPredicate mayBeUnknown) {
        pool.scan(
                incarnation -> maps.containsKey(incarnation) || mayBeUnknown.test(incarnation),
                record -> consider(record, maps, tailBytes, isCertain, unknown));
    }

    private void consider(
            final RecordImage record,
            final Int2ObjectHashMap<MapWalk> maps,
            final int tailBytes,
            final BiPredicate<MapWalk, byte[]> isCertain,
            final IntFunction<@Nullable MapWalk> unknown) {
        if (!record.isIntact(tailBytes)) {
            return;
        }
        final byte[] key = record.key();
        MapWalk map = maps.get(record.mapIncarnation());
        if (map == null) {
            map = unknown.apply(record.mapIncarnation());
        }
        if (key == null || map == null || !map.isInDoubt(key) || isCertain.test(map, key)) {
            return;
        }
        best.merge(
                new Key(map.incarnation(), ByteBuffer.wrap(key)),
                new Candidate(record.offset(), record.open(), map.isHinted(record.offset()), 0, false),
                DoubtfulRecords::likelier);
    }

    private static Candidate likelier(final Candidate a, final Candidate b) {
        final int rivals = a.rivals + b.rivals + 1;
        final int order = a.isHinted == b.isHinted
                ? Integer.compareUnsigned(a.open, b.open)
                : Boolean.compare(a.isHinted, b.isHinted);
        final Candidate winner = order >= 0 ? a : b;
        return new Candidate(winner.offset, winner.open, winner.isHinted, rivals, order == 0 || winner.isTied);
    }

    void forEach(final Sink sink) {
        best.forEach((key, candidate) -> {
            final byte[] bytes = new byte[key.bytes.capacity()];
            key.bytes.get(0, bytes);
            sink.accept(key.incarnation, bytes, candidate.offset, reason(candidate));
        });
    }

    private static String reason(final Candidate candidate) {
        final StringBuilder reason =
                new StringBuilder("the index is damaged where it would tell whether this is live; ");
        reason.append("it may have been deleted or replaced");
        if (candidate.isHinted) {
            reason.append("; an index page that is not certain points at it");
        }
        if (candidate.rivals > 0) {
            reason.append("; one of ")
                    .append(candidate.rivals + 1)
                    .append(
                            candidate.isTied
                                    ? " versions, of which nothing tells the last"
                                    : " versions, likely the last");
        }
        return reason.toString();
    }
}
