package org.ashlar.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.ashlar.engine.index.HashRange;
import org.ashlar.engine.index.IndexImage;
import org.ashlar.engine.index.IndexPageImage;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.RecordImage;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The index of one map of a damaged pool: the records that it leads to for certain, and the hashes of which it tells nothing any more.
 *
 * <p>A leaf that the directory does not lead to is taken for the live one of its hashes when the search for such leaves saw every index page of
 * the pool whole, and it is the only one that was not split: the live leaf must be among those that were found. Otherwise what it says is a hint.
 */
final class MapWalk implements IndexImage.Visitor {
    private final DamagedPool pool;
    private final int incarnation;
    private final String where;
    private final Found found;
    private final IndexImage index;
    private final RecordImage record;

    /** Hashes without a leaf, and those of leaves in which something is wrong. */
    private final Set<HashRange> withoutLeaf = new LinkedHashSet<>();

    private final Set<HashRange> spoilt = new LinkedHashSet<>();

    /** Leaves that were found for hashes without one, by their prefix in unsigned order. They do not overlap. */
    private final TreeMap<Long, HashRange> recovered = new TreeMap<>(Long::compareUnsigned);

    private boolean missesRecords;

    private final Roaring64Bitmap hints = new Roaring64Bitmap();
    private final Roaring64Bitmap leaves = new Roaring64Bitmap();
    private final List<IndexPageImage> orphans = new ArrayList<>();

    /** Takes what the index leads to. */
    interface Found {
        /** A record whose key fits its entry; returns whether its checksum does. */
        boolean record(RecordImage record, byte[] key);
    }

    MapWalk(final DamagedPool pool, final int incarnation, final String where, final Found found) {
        this.pool = pool;
        this.incarnation = incarnation;
        this.where = where;
        this.found = found;
        index = new IndexImage(pool.source(), incarnation, this);
        record = new RecordImage(pool.source());
    }

    /** Walks all that the root word leads to; nothing of the word is believed. */
    void walk(final long root) {
        index.walk(root);
    }

    int incarnation() {
        return incarnation;
    }

    /** Whether there are hashes of which the index tells nothing. */
    boolean isDamaged() {
        return !withoutLeaf.isEmpty() || !spoilt.isEmpty();
    }

    /** Whether there are records of which not even the key could be read. */
    boolean missesRecords() {
        return missesRecords;
    }

    /** Whether nothing certain can be told of a key. */
    boolean isInDoubt(final byte[] key) {
        if (!pool.knowsSeed()) {
            return isDamaged();
        }
        final long hash = pool.hash(key);
        final var below = recovered.floorEntry(hash);
        final boolean hasLeaf = below != null && below.getValue().contains(hash);
        return spoilt.stream().anyMatch(range -> range.contains(hash))
                || (!hasLeaf && withoutLeaf.stream().anyMatch(range -> range.contains(hash)));
    }

    /** Whether something, if damaged, still points at a record. */
    boolean isHinted(final long recordOffset) {
        return hints.contains(recordOffset);
    }

    // ------------------------------------------------------------------------------------------------- the walk

    @Override
    public void leaf(final IndexPageImage leaf) {
        leaves.add(leaf.offset());
        index.forEachEntry(leaf, entry -> entry(leaf, entry));
    }

    @Override
    public void damaged(final HashRange range, final String reason, final @Nullable IndexPageImage remains) {
        pool.lost(
                where,
                reason + ": what it led to, of hashes that begin like 0x" + Long.toHexString(range.prefix()) + " in "
                        + range.depth() + " bits, is not certain");
        withoutLeaf.add(range);
        if (remains != null) {
            IndexImage.forEachHint(remains, entry -> hints.add(entry.recordOffset()));
        }
    }

    private void unreadable(final String place) {
        missesRecords = true;
        pool.lost(where, place + " cannot be read");
    }

    private void entry(final IndexPageImage leaf, final IndexPageImage.EntryImage entry) {
        final String place = "the record at linear offset " + entry.recordOffset();
        final boolean isHeaderInside = pool.isInside(entry.recordOffset(), RecordHeader.BYTES);
        if (isHeaderInside && !record.read(entry.recordOffset())) {
            unreadable(place);
            return;
        }
        if (isHeaderInside
                && record.mapIncarnation() == incarnation
                && record.valueLength() >= 0
                && pool.isInside(entry.recordOffset(), RecordHeader.size(record.keyLength(), record.valueLength()))) {
            final byte[] key = record.key();
            if (key == null) {
                unreadable(place);
                return;
            }
            if (pool.fits(entry, key)) {
                if (!found.record(record, key)) {
                    pool.lost(where, place + " cannot be read, or fails its checksum; its key is " + Salvage.show(key));
                }
                return;
            }
        }
        // The record or the entry: nobody can tell which.
        pool.lost(
                where,
                "an entry in line " + entry.line() + " of the leaf at linear offset " + leaf.offset() + " and " + place
                        + ", which it points at, do not fit each other");
        spoilt.add(rangeOf(leaf));
    }

    // ---------------------------------------------------------------------------------------------- orphaned leaves

    void addOrphan(final IndexPageImage leaf) {
        final HashRange range = rangeOf(leaf);
        if (!leaves.contains(leaf.offset()) && withoutLeaf.stream().anyMatch(range::overlaps)) {
            orphans.add(leaf);
        }
    }

    void useOrphans(final boolean seesAll) {
        orphans.sort((a, b) -> a.prefix() == b.prefix()
                ? Integer.compare(a.depth(), b.depth())
                : Long.compareUnsigned(a.prefix(), b.prefix()));
        final BitSet rivals = new BitSet(orphans.size());
        int outer = 0; // the last that contains whatever may overlap it: those behind it begin in it, or after it
        for (int i = 1; i < orphans.size(); i++) {
            if (rangeOf(orphans.get(outer)).overlaps(rangeOf(orphans.get(i)))) {
                rivals.set(outer);
                rivals.set(i);
            } else {
                outer = i;
            }
        }
        for (int i = 0; i < orphans.size(); i++) {
            final IndexPageImage leaf = orphans.get(i);
            final HashRange range = rangeOf(leaf);
            final boolean isWithin = withoutLeaf.stream()
                    .anyMatch(without -> without.depth() <= range.depth() && without.contains(range.prefix()));
            if (seesAll && isWithin && !rivals.get(i)) {
                recovered.put(range.prefix(), range);
                leaf(leaf);
            } else {
                IndexImage.forEachHint(leaf, entry -> hints.add(entry.recordOffset()));
            }
        }
        orphans.clear();
    }

    private static HashRange rangeOf(final IndexPageImage leaf) {
        return new HashRange(leaf.prefix(), leaf.depth());
    }
}
