package org.ashlar.engine;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.engine.space.Space;
import org.ashlar.engine.space.SpaceFigures;
import org.ashlar.kv.StoreStats;
import org.ashlar.pmem.Geometry;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * What a walk of all maps has met, beside what the allocator counts. Each place that something refers to is taken, and lies within no other;
 * each place that is taken has something that refers to it; and the sums agree, which on the allocator's side are made of counts that
 * are kept beside its bitmaps. It holds where nothing changed since the walk began.
 */
final class SpaceComparison {
    private final Space space;
    private final long data;
    private final int chunkBytes;
    private final Roaring64Bitmap records;
    private final Roaring64Bitmap pages;
    private final RoaringBitmap except;
    private final List<String> problems = new ArrayList<>();
    private final List<Long> strayRecords = new ArrayList<>();
    private final List<Long> strayPages = new ArrayList<>();

    /** Pages of runs that live records hold, but for the first of each. */
    private final Roaring64Bitmap covered = new Roaring64Bitmap();

    private long recordBytes;
    private long placeEnd;

    /**
     * Compares nothing yet.
     *
     * @param space the allocator
     * @param records linear offsets of all live records
     * @param pages linear offsets of all live index pages
     * @param except chunks of which nobody can tell what is free in them
     */
    SpaceComparison(
            final Space space, final Roaring64Bitmap records, final Roaring64Bitmap pages, final RoaringBitmap except) {
        this.space = space;
        this.records = records;
        this.pages = pages;
        this.except = except;
        data = space.pool().dataAddress();
        chunkBytes = space.pool().geometry().chunkBytes();
    }

    /** Looks, and changes nothing. */
    void look() {
        records.forEach(this::lookAtRecord); // ascending
        pages.forEach(this::lookAtPage);
        space.audit(
                except,
                (address, bytes) -> {
                    if (!records.contains(address - data) && !covered.contains(address - data)) {
                        strayRecords.add(address);
                    }
                },
                (address, bytes) -> {
                    if (!pages.contains(address - data)) {
                        strayPages.add(address);
                    }
                });
        final long strays = (long) strayRecords.size() + strayPages.size();
        if (strays > space.quarantined()) {
            problems.add(strayRecords.size() + " places of records and " + strayPages.size()
                    + " index pages count as taken but nothing refers to them; only " + space.quarantined()
                    + " of them are known to be kept out of use");
        } else if (problems.isEmpty() && space.quarantined() == 0 && except.isEmpty()) {
            compareSums();
        }
    }

    private void lookAtRecord(final long offset) {
        if (isExcepted(offset)) {
            return;
        }
        if (!space.isRecordTaken(data + offset)) {
            problems.add("the record at linear offset " + offset + " is live but its space counts as free");
            return;
        }
        if (offset < placeEnd) {
            problems.add("the record at linear offset " + offset + " lies within the place of the one before it");
        }
        final long bytes = space.placeBytes(data + offset);
        placeEnd = Math.max(placeEnd, offset + bytes);
        recordBytes += bytes;
        if (bytes >= Geometry.PAGE_BYTES && offset % Geometry.PAGE_BYTES == 0) {
            covered.addRange(offset, offset + bytes);
        }
    }

    private void lookAtPage(final long offset) {
        if (!isExcepted(offset) && !space.isIndexPageTaken(data + offset)) {
            problems.add("the index page at linear offset " + offset + " is live but counts as free");
        }
    }

    private boolean isExcepted(final long offset) {
        return except.contains((int) (offset / chunkBytes));
    }

    private void compareSums() {
        final StoreStats.Bytes counted = space.figures(Integer.MAX_VALUE).bytes();
        final long walked = recordBytes + pages.getLongCardinality() * Geometry.PAGE_BYTES;
        if (counted.unjudged() == 0 && counted.live() != walked) {
            problems.add("the allocator counts " + counted.live() + " live bytes where the index leads to " + walked);
        }
    }

    /** What is wrong. */
    List<String> problems() {
        return problems;
    }

    /** Bytes of the places of all live records. */
    long recordBytes() {
        return recordBytes;
    }

    /** Gives back what was kept out of use and has nothing that refers to it. */
    void releaseStrays() {
        if (strayRecords.size() + strayPages.size() <= space.quarantined()) {
            strayRecords.forEach(space::releaseQuarantined);
            strayPages.forEach(space::releaseQuarantinedIndexPage);
        }
    }

    /** Bytes that the allocator counts as free in chunks that were ever used. */
    long freeBytes() {
        final SpaceFigures counted = space.figures(Space.PAGES_OF_FIGURES);
        final StoreStats.Bytes bytes = counted.bytes();
        return bytes.free() - bytes.freshChunks() + counted.chunks().holes() * chunkBytes;
    }
}
