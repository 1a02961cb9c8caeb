package org.ashlar.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.index.IndexJudge;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreException;
import org.ashlar.kv.VerifyReport;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Walks a whole store: from the catalog to every map, every index page, every record; then from the allocator's side to everything
 * that counts as taken. What the two sides disagree on is wrong, unless somebody changed the store meanwhile. What was kept out of use
 * because nobody could tell what it is gets free here, when nothing refers to it; that takes a walk of everything, so where one ended
 * early, at damage or at a page that cannot be read, nothing gets free.
 *
 * <p>The walk can be done in pieces, each in an operation of its own, so that the epochs go on meanwhile: {@link #begin}, {@link #walk} until
 * there is no more, {@link #finish}. Between two pieces it holds hashes only; a map that is dropped meanwhile is left.
 */
final class Verifier {
    private static final int MAX_PROBLEMS = 1000;
    private static final int QUIET_TRIES = 100;
    private static final long QUIET_POLL_NANOS = 50_000;

    private final Pool pool;
    private final Epochs epochs;
    private final Space space;
    private final Catalog catalog;
    private final Reaper reaper;
    private final List<String> problems = new ArrayList<>();
    private final Roaring64Bitmap records = new Roaring64Bitmap();
    private final Roaring64Bitmap pages = new Roaring64Bitmap();
    private final long data;
    private final int chunkBytes;
    private final Deque<String> left = new ArrayDeque<>();
    private @Nullable MapAudit audit;
    private boolean isCatalogWalked;
    private int mapsInAll;
    private boolean isInPieces = true;
    private long bytesRead;
    private long mutationsBefore;
    private boolean wasQuiet;
    private boolean isSpaceCompared;
    private boolean sawEverything = true;
    private long maps;
    private long userRecords;
    private long indexPages;
    private long liveBytes;
    private long freeBytes;

    Verifier(final Pool pool, final Epochs epochs, final Space space, final Catalog catalog, final Reaper reaper) {
        this.reaper = reaper;
        this.pool = pool;
        this.epochs = epochs;
        this.space = space;
        this.catalog = catalog;
        data = pool.dataAddress();
        chunkBytes = pool.geometry().chunkBytes();
    }

    VerifyReport run(final Participant participant) {
        isInPieces = false;
        begin(participant);
        while (walk(participant, Long.MAX_VALUE)) {
            // map by map
        }
        finish();
        return report();
    }

    /** Before the walk. */
    void begin(final Participant participant) {
        mutationsBefore = epochs.mutations(); // first: who notes a change later is seen at the end
        wasQuiet = waitForQuiet(participant); // who noted one before has ended, so all of it is visible
        if (wasQuiet && !pool.readOnly()) {
            try {
                // What threads hold in reserve is free; who reserves from here on notes a change first.
                // Who is in by now keeps what it has, and may change nothing.
                wasQuiet = epochs.drainAll(participant);
                Memory.settleFaults();
            } catch (final CorruptStoreException | InternalError e) {
                tell(Errors.told(e));
            }
        }
        try {
            left.addAll(catalog.soundNames()); // the walk of the catalog tells the others
            Memory.settleFaults();
        } catch (final CorruptStoreException | InternalError e) {
            left.clear();
            sawEverything = false; // and this
        }
        mapsInAll = left.size();
    }

    /**
     * Walks on, through one map at most.
     *
     * @param maxBytes ends at the first leaf after so many bytes
     * @return false when all maps were walked
     */
    boolean walk(final Participant participant, final long maxBytes) {
        if (audit == null) {
            audit = isCatalogWalked ? nextMap() : new MapAudit(catalog.catalog(), "the catalog", null);
            if (audit == null) {
                return false;
            }
        }
        if ((isInPieces && mayBeGone(audit)) || !auditSome(audit, participant, maxBytes)) {
            audit = null;
            isCatalogWalked = true;
        }
        return true;
    }

    /**
     * Whether a map was dropped or cleared between two pieces, or nobody can tell: its pages may be others' by now. A map may have no record I
     * yet.
     */
    private boolean mayBeGone(final MapAudit map) {
        try {
            final boolean isGone = map.name != null
                    && catalog.find(map.name) != map.core
                    && catalog.presentCore(map.core.incarnation()) != map.core;
            Memory.settleFaults();
            return isGone;
        } catch (final CorruptStoreException | InternalError e) {
            tell(Errors.told(e));
            return true;
        }
    }

    private @Nullable MapAudit nextMap() {
        while (!left.isEmpty()) {
            final String name = left.removeFirst();
            final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            try {
                final MapCore core = catalog.find(bytes);
                Memory.settleFaults();
                if (core != null) {
                    maps++;
                    return new MapAudit(core, "map '" + name + "'", bytes);
                }
            } catch (final CorruptStoreException | InternalError e) {
                tell(Errors.told(e));
            }
        }
        return null;
    }

    /** After the walk. */
    void finish() {
        pool.headerProblems().forEach(this::problem);
        checkWords();
        if (pool.readOnly()) {
            return; // nothing was judged: nobody can tell what is free
        }
        try {
            final RoaringBitmap unreadable = space.unreadableChunks();
            unreadable.forEach((int chunk) -> problem("what is free in chunk " + chunk + ", at linear offset "
                    + (long) chunk * chunkBytes + ", cannot be told, because of damage or faults under the mapping;"
                    + " it is kept out of use"));
            if (wasQuiet && sawEverything && reaper.isDone() && epochs.waiting() == 0) {
                compareWithSpace(unreadable);
            }
        } catch (final CorruptStoreException | InternalError e) {
            problem("what is free could not be compared with what is referred to: "
                    + Errors.told(e).getMessage());
        }
    }

    /** What the media says of places; where others change the store, only that its chunk words are whole. */
    private void checkWords() {
        final List<String> found = new ArrayList<>();
        try {
            space.checkChunkWords(this::problem);
            space.checkPlaces(records, pages, found::add);
            Memory.settleFaults();
            if (pool.readOnly() || (wasQuiet && epochs.mutations() == mutationsBefore)) {
                found.forEach(this::problem);
            }
        } catch (final CorruptStoreException | InternalError e) {
            problem("chunk words and span words could not be checked: "
                    + Errors.told(e).getMessage());
        }
    }

    /** Both sides must agree, unless there were changes meanwhile. */
    private void compareWithSpace(final RoaringBitmap except) {
        final SpaceComparison comparison = new SpaceComparison(space, records, pages, except);
        comparison.look();
        Memory.settleFaults(); // before anything is freed
        if (epochs.waiting() != 0 || epochs.mutations() != mutationsBefore) {
            return;
        }
        liveBytes += comparison.recordBytes();
        comparison.problems().forEach(this::problem);
        comparison.releaseStrays();
        freeBytes = comparison.freeBytes();
        isSpaceCompared = true;
    }

    /** What was found until now. */
    VerifyReport report() {
        return new VerifyReport(
                maps,
                userRecords,
                indexPages,
                liveBytes,
                isSpaceCompared ? freeBytes : space.usedBytes() - liveBytes,
                isSpaceCompared,
                problems);
    }

    /** Bytes of records and index pages that were read. */
    long bytesRead() {
        return bytesRead;
    }

    /** How much of the walk is done, 0 to 1: by the number of maps, and the hashes within one. */
    double progress() {
        final double walked = mapsInAll - left.size() - (audit == null ? 0 : 1 - audit.cursor.progress());
        return mapsInAll == 0 ? 1 : Math.max(0, walked / mapsInAll);
    }

    private boolean waitForQuiet(final Participant participant) {
        for (int i = 0; i < QUIET_TRIES && !epochs.isQuietBut(participant); i++) {
            LockSupport.parkNanos(QUIET_POLL_NANOS);
        }
        return epochs.isQuietBut(participant);
    }

    /** Returns false when the map was walked to its end, or cannot be. */
    private boolean auditSome(final MapAudit map, final Participant participant, final long maxBytes) {
        final long end = bytesRead + Math.min(maxBytes, Long.MAX_VALUE - bytesRead);
        map.participant = participant;
        try {
            boolean more = true;
            while (more && bytesRead < end) {
                more = map.cursor.next(map);
            }
            Memory.settleFaults();
            return more;
        } catch (final CorruptStoreException | InternalError e) {
            problem(map.what + ", which could not be walked to its end: "
                    + Errors.told(e).getMessage());
            sawEverything = false;
            return false;
        }
    }

    /** Notes damage, or a fault, that something else than the walk has met, so that what nothing seems to refer to is kept. */
    void tell(final StoreException e) {
        problem(String.valueOf(e.getMessage()));
        sawEverything = false;
    }

    private void problem(final String text) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(text);
        }
    }

    private final class MapAudit implements IndexJudge.Audit {
        private final MapCore core;
        private final String what;
        /** At the beginning of the walk; the catalog has none. */
        private final byte @Nullable [] name;

        private final IndexJudge.Cursor cursor;

        /** Of the operation that does the current piece. */
        private @Nullable Participant participant;

        MapAudit(final MapCore core, final String what, final byte @Nullable [] name) {
            this.core = core;
            this.what = what;
            this.name = name;
            cursor = core.index().judge().cursor();
        }

        @Override
        public void indexPage(final long page) {
            if (pages.contains(page - data)) {
                return; // a parent is met once for each word that still names it; by its header a page is of one map,
                // and of one place in it
            }
            pages.add(page - data);
            indexPages++;
            bytesRead += org.ashlar.pmem.Geometry.PAGE_BYTES;
            liveBytes += org.ashlar.pmem.Geometry.PAGE_BYTES;
        }

        @Override
        public void record(final long record, final boolean isRoot) {
            // Between two pieces a place may have been given to another record.
            if (records.contains(record - data) && (!isInPieces || epochs.mutations() == mutationsBefore)) {
                problem("two entries point at the record at linear offset " + (record - data));
            }
            records.add(record - data);
            try {
                core.checkBounds(record);
            } catch (final CorruptStoreException e) {
                problem(String.valueOf(e.getMessage()));
                return;
            }
            final long size = RecordHeader.size(RecordHeader.keyLength(record), RecordHeader.valueLength(record));
            if (!Memory.isReadable(record, size)) {
                unreadable("the record at linear offset " + (record - data) + " cannot be read to its end");
                return;
            }
            bytesRead += size;
            if (!Scratch.of(Objects.requireNonNull(participant))
                    .isRecordIntact(record, isRoot ? 0 : core.tailBytes(), core.readableBytes(record))) {
                problem("the record at linear offset " + (record - data) + " fails its checksum");
            }
            if (core != catalog.catalog() && !isRoot) {
                userRecords++;
            }
        }

        @Override
        public void unreadable(final String text) {
            sawEverything = false;
            problem(text);
        }

        @Override
        public void problem(final String text) {
            if (core == catalog.catalog()) {
                sawEverything = false; // a map may be missing
            }
            Verifier.this.problem(what + ": " + text);
        }
    }
}
