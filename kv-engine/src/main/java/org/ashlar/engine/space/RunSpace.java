package org.ashlar.engine.space;

import java.util.concurrent.atomic.LongAdder;
import org.agrona.collections.IntArrayList;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.roaringbitmap.RoaringBitmap;

/**
 * Records too large for slots: in runs of pages within a chunk, or in runs of chunks. In the chunk header's bitmap a set bit is a
 * page that is taken. Every page boundary of a run chunk may be the head of a record, and only a live head covers its run.
 */
final class RunSpace {
    /** Chunks of earlier opens that are looked at for each one that is wanted, before fresh ones are taken. */
    private static final int SWEEPS_PER_CHUNK = 16;

    /** Chunks that one search for a sparse one looks at. */
    private static final int SEARCHED_CHUNKS = 256;

    /** Sparse chunks whose records have no room elsewhere that one search looks at, where space is not short. */
    private static final int MOST_UNFIT = 4;

    private static final long WHOLE = 1000;

    /** Chunks that wait for the last of their records to be freed. */
    private static final int MOST_LEFT_CHUNKS = 8;

    private final Chunks chunks;
    private final Descriptors descriptors;
    private final Epochs epochs;
    private final Liveness liveness;
    private final Quarantine quarantine;
    private final int pagesPerChunk;

    /** Run chunks with free pages that are given out; under the space lock. */
    private final RunRoom room;

    /** Chunks of which an epoch has to pass before what was found dead in them may be used; under the space lock. */
    private final RoaringBitmap pending = new RoaringBitmap();

    /** Run chunks that were left last, the oldest first; under the space lock. */
    private final IntArrayList left = new IntArrayList();

    /** Run chunks whose records are on their way elsewhere; under the space lock. */
    private final RoaringBitmap leaving = new RoaringBitmap();

    /** Pages of run chunks that this open has touched. */
    private final LongAdder pages = new LongAdder();

    /** Chunk that the search for a sparse one looks at next. Under the evacuation's lock. */
    private int hand;

    RunSpace(
            final Pool pool,
            final Chunks chunks,
            final Epochs epochs,
            final Liveness liveness,
            final Quarantine quarantine) {
        this.chunks = chunks;
        this.epochs = epochs;
        this.liveness = liveness;
        this.quarantine = quarantine;
        descriptors = pool.descriptors();
        pagesPerChunk = pool.geometry().pagesPerChunk();
        room = new RunRoom(descriptors, pagesPerChunk);
    }

    /** Takes a run for a record of so many bytes; its old content is garbage. */
    long allocate(final Participant participant, final long bytes, final ChunkSource source) {
        final long pages = Pages.count(bytes);
        final int chunkCount = (int) ((pages + pagesPerChunk - 1) / pagesPerChunk);
        for (int i = 0; i < SWEEPS_PER_CHUNK * chunkCount; i++) { // a put looks at little of what earlier opens left
            final long run = takeKnown(pages, chunkCount, source);
            if (run != 0) {
                return run;
            }
            if (!source.sweepSome(participant, true)) {
                break;
            }
        }
        chunks.lock.lock();
        try {
            final long run = takeKnown(pages, chunkCount, source);
            if (run != 0) {
                return run;
            }
            if (pages > pagesPerChunk) {
                source.noteTaken(chunkCount * pagesPerChunk, true);
                return chunks.addressOf(source.takeChunkRun(chunkCount));
            }
            return takeFromNewChunk((int) pages, source);
        } finally {
            chunks.lock.unlock();
        }
    }

    /** A run in space that is known to be free and is not fresh; 0 when there is none. */
    private long takeKnown(final long pages, final int chunkCount, final ChunkSource source) {
        chunks.lock.lock();
        try {
            if (pages > pagesPerChunk) {
                return chunks.hasFreeRun(chunkCount) ? chunks.addressOf(source.takeChunkRun(chunkCount)) : 0;
            }
            final long run = takeFromChunks((int) pages);
            return run == 0 && chunks.hasFree() ? takeFromNewChunk((int) pages, source) : run;
        } finally {
            chunks.lock.unlock();
        }
    }

    private long takeFromNewChunk(final int pages, final ChunkSource source) {
        final int chunk = source.takeChunk(ChunkWord.RUNS, (long) pages << Pages.SHIFT);
        source.noteTaken(pagesPerChunk, true);
        Memory.putInt(descriptors.chunkHeader(chunk) + ChunkHeader.LIVE_COUNT_OFFSET, 0);
        this.pages.add(pagesPerChunk);
        return takePages(chunk, pages);
    }

    private long takeFromChunks(final int pages) {
        final int chunk = room.firstWith(pages);
        return chunk < 0 ? 0 : takePages(chunk, pages);
    }

    /** Takes a run in a chunk that has one. */
    private long takePages(final int chunk, final int pages) {
        final long header = chunks.header(chunk);
        final int first = PageBitmap.firstClearRun(header, pagesPerChunk, pages);
        PageBitmap.set(header, first, pages);
        noteRecords(header, 1);
        room.update(chunk);
        return chunks.addressOf(chunk) + ((long) first << Pages.SHIFT);
    }

    private static void noteRecords(final long header, final int more) {
        final long count = header + ChunkHeader.LIVE_COUNT_OFFSET;
        Memory.putInt(count, Memory.getInt(count) + more);
    }

    int incarnationAt(final long run) {
        return ChunkWord.incarnation(chunks.word(chunks.chunkOf(run)));
    }

    /** Gives back the run of a record of so many bytes. */
    void free(final long run, final long bytes) {
        final int chunk = chunks.chunkOf(run);
        final long word = chunks.word(chunk);
        chunks.lock.lock();
        try {
            if (ChunkWord.kind(word) == ChunkWord.LARGE_HEAD) {
                checkTaken(run, run == chunks.addressOf(chunk) && !chunks.isFree(chunk));
                releaseLarge(chunk, word);
                return;
            }
            chunks.header(chunk);
            final long pages = Pages.count(bytes);
            final int first = (int) ((run - chunks.addressOf(chunk)) >>> Pages.SHIFT);
            if (first + pages > pagesPerChunk) {
                throw new CorruptStoreException("the record at chunk " + chunk + ", page " + first + " claims " + bytes
                        + " bytes, beyond its chunk");
            }
            checkTaken(run, areTaken(chunk, first, (int) pages)); // not what its header says: it may not be written yet
            freePages(chunk, first, (int) pages);
        } finally {
            chunks.lock.unlock();
        }
    }

    private void checkTaken(final long run, final boolean isTaken) {
        if (!isTaken) {
            throw new CorruptStoreException("the record at linear offset " + (run - chunks.addressOf(0))
                    + " was to be given back twice, as if two entries had pointed at it; verify the store");
        }
    }

    private boolean areTaken(final int chunk, final int first, final int pages) {
        for (int page = first; page < first + pages; page++) {
            if (!PageBitmap.get(descriptors.chunkHeader(chunk), page)) {
                return false;
            }
        }
        return true;
    }

    private void freePages(final int chunk, final int first, final int pages) {
        final long header = descriptors.chunkHeader(chunk);
        PageBitmap.clear(header, first, pages);
        noteRecords(header, -1);
        offerLocked(chunk, header);
    }

    private void offerLocked(final int chunk, final long header) {
        if (pending.contains(chunk)) {
            return;
        }
        Memory.checkReadable(header); // before the chunk counts as free because its bitmap seems to say so
        if (PageBitmap.isAllClear(header, pagesPerChunk)) {
            room.remove(chunk);
            leaving.remove(chunk);
            pages.add(-pagesPerChunk);
            chunks.release(chunk);
        } else if (!leaving.contains(chunk)) {
            room.update(chunk);
        }
    }

    private void releaseLarge(final int head, final long word) {
        for (int i = 0; i < ChunkWord.extra(word); i++) {
            if (i == 0 || isBodyOf(head, word, head + i)) {
                chunks.release(head + i);
            }
        }
    }

    /** Whether a chunk is still part of the large extent that begins at a head. */
    private boolean isBodyOf(final int head, final long headWord, final int chunk) {
        if (chunk >= chunks.highWater()) {
            return false;
        }
        final long word = chunks.word(chunk);
        return ChunkWord.kind(word) == ChunkWord.LARGE_BODY
                && ChunkWord.incarnation(word) == ChunkWord.incarnation(headWord)
                && ChunkWord.extra(word) == chunk - head;
    }

    // -------------------------------------------------------------------------------------------------- evacuation

    /** Pages of run chunks, as far as this open has touched them. */
    long pages() {
        return pages.sum();
    }

    /** Pages of them that are free for more records of the size of those beside them. */
    long freePages() {
        return room.usablePages();
    }

    /**
     * The next run chunk that is no denser than a limit and whose records have room in others, marked so that nothing is allocated from it.
     *
     * @param whenShort whether free pages count that are too few for another record of the size of those beside them
     * @return its number; -1 when none of those looked at is so
     */
    int takeSparse(final int mostPerMille, final boolean whenShort) {
        chunks.lock.lock();
        try {
            final int searched = Math.min(SEARCHED_CHUNKS, room.size());
            int unfit = 0;
            for (int i = 0; i < searched && (whenShort || unfit < MOST_UNFIT); i++) {
                hand = room.next(hand);
                if (!descriptors.isChunkReadable(hand)) {
                    continue;
                }
                final int dense = whenShort
                        ? PageBitmap.countSet(descriptors.chunkHeader(hand), pagesPerChunk)
                        : pagesPerChunk - room.usablePages(hand);
                if (dense * WHOLE > (long) mostPerMille * pagesPerChunk) {
                    continue;
                }
                if (fitsElsewhere(hand)) {
                    room.remove(hand);
                    leaving.add(hand);
                    left.add(hand);
                    if (left.size() > MOST_LEFT_CHUNKS) {
                        stay(left.removeAt(0)); // something in it does not go
                    }
                    return hand;
                }
                unfit++;
            }
            return -1;
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Whether other chunks have room for all that is in one, so that it does not move for nothing. */
    private boolean fitsElsewhere(final int chunk) {
        final long header = descriptors.chunkHeader(chunk);
        room.beginFitting(chunk);
        for (int page = PageBitmap.nextSet(header, pagesPerChunk, 0); page < pagesPerChunk; ) {
            final int pages = claimedPages(chunk, page);
            if (!room.fits(pages)) {
                return false;
            }
            page = PageBitmap.nextSet(header, pagesPerChunk, page + pages);
        }
        return true;
    }

    /** Pages that the record at a taken page claims, within its chunk. What is no live record's head may claim anything. */
    private int claimedPages(final int chunk, final int page) {
        final long claimed = pagesOf(chunks.addressOf(chunk) + ((long) page << Pages.SHIFT));
        return (int) Math.max(1, Math.min(pagesPerChunk - page, claimed));
    }

    /** Whether a chunk is still being left. */
    boolean isLeaving(final int chunk) {
        chunks.lock.lock();
        try {
            return leaving.contains(chunk);
        } finally {
            chunks.lock.unlock();
        }
    }

    /** After this, all chunks may be allocated from again. */
    void stayInAll() {
        chunks.lock.lock();
        try {
            while (!left.isEmpty()) {
                stay(left.removeAt(left.size() - 1));
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /** After this, a chunk may be allocated from again. */
    void stay(final int chunk) {
        chunks.lock.lock();
        try {
            if (leaving.checkedRemove(chunk) && descriptors.isChunkReadable(chunk)) {
                offerLocked(chunk, descriptors.chunkHeader(chunk));
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Address of the first taken page of a run chunk from a page on; 0 when there is none, or nobody can tell. */
    long nextTaken(final int chunk, final int fromPage) {
        chunks.lock.lock();
        try {
            if (!descriptors.isChunkReadable(chunk)) {
                return 0;
            }
            final int page = PageBitmap.nextSet(descriptors.chunkHeader(chunk), pagesPerChunk, fromPage);
            return page < pagesPerChunk ? chunks.addressOf(chunk) + ((long) page << Pages.SHIFT) : 0;
        } finally {
            chunks.lock.unlock();
        }
    }

    static long pagesOf(final long run) {
        return Pages.count(bytesOf(run));
    }

    static long bytesOf(final long run) {
        return RecordHeader.size(RecordHeader.keyLength(run), RecordHeader.valueLength(run));
    }

    // ------------------------------------------------------------------------------------------------ first touch

    /** First touch of a chunk that an earlier open left: judges every page boundary, under the chunk's latch. */
    void initialiseChunk(final Participant participant, final int chunk, final long word) {
        if (!descriptors.beginChunkInitialisation(chunk)) {
            return;
        }
        final boolean room;
        try {
            room = switch (ChunkWord.kind(word)) {
                case ChunkWord.RUNS -> judgePages(participant, chunk, word);
                case ChunkWord.LARGE_HEAD -> !isLargeInUse(participant, chunk, word);
                default -> false;
            };
            if (room) {
                setPending(chunk);
            }
        } catch (final RuntimeException | Error e) {
            descriptors.abandonChunkInitialisation(chunk);
            throw e;
        }
        descriptors.endChunkInitialisation(chunk);
        if (room) {
            epochs.retire(participant, Space.offerChunkCode(chunks.addressOf(chunk)));
        }
    }

    /** Until the offer comes, nothing of the chunk is given out, whatever is freed in it; so it cannot have another owner by then. */
    private void setPending(final int chunk) {
        chunks.lock.lock();
        try {
            pending.add(chunk);
        } finally {
            chunks.lock.unlock();
        }
    }

    private boolean judgePages(final Participant participant, final int chunk, final long word) {
        int kept;
        try {
            kept = judgeEach(participant, chunk, word, false);
            Memory.settleFaults(); // once for the chunk, before anything found is relied on
        } catch (final InternalError e) {
            // A page is bad, of the chunk or of the index: each by itself, as most may still be told.
            kept = judgeEach(participant, chunk, word, true);
        }
        quarantine.addRuns(kept, (long) kept << Pages.SHIFT);
        final int taken = PageBitmap.countSet(descriptors.chunkHeader(chunk), pagesPerChunk);
        pages.add(pagesPerChunk);
        return taken < pagesPerChunk;
    }

    /** Sets the bitmap of a chunk to the pages that are not dead; how many heads are quarantined. */
    private int judgeEach(
            final Participant participant, final int chunk, final long word, final boolean despiteFaults) {
        final long header = descriptors.chunkHeader(chunk);
        final int incarnation = ChunkWord.incarnation(word);
        PageBitmap.clear(header, 0, pagesPerChunk);
        int kept = 0;
        int records = 0;
        for (int page = 0; page < pagesPerChunk; ) {
            final long run = chunks.addressOf(chunk) + ((long) page << Pages.SHIFT);
            final long room = (long) (pagesPerChunk - page) << Pages.SHIFT;
            final RecordJudge.Verdict verdict = despiteFaults
                    ? RecordJudge.judgeDespiteFaults(participant, liveness, run, room, incarnation)
                    : RecordJudge.judge(participant, liveness, run, room, incarnation);
            int pages = 1;
            if (verdict != RecordJudge.Verdict.DEAD) {
                // Only a live head covers its run: one that fails its check may have been dead when what it covered was
                // reused.
                pages = verdict == RecordJudge.Verdict.LIVE ? coveredPages(participant, run, room, incarnation) : 1;
                PageBitmap.set(header, page, pages);
                records++;
                kept += verdict == RecordJudge.Verdict.QUARANTINED ? 1 : 0;
            }
            page += pages;
        }
        Memory.putInt(header + ChunkHeader.LIVE_COUNT_OFFSET, records);
        return kept;
    }

    /** Pages of a live record: up to the next live one, where a damaged header claims its pages too. */
    private int coveredPages(final Participant participant, final long run, final long room, final int incarnation) {
        final int pages = (int) Math.min(Pages.count(room), Math.max(1, pagesOf(run)));
        for (int page = 1; page < pages; page++) {
            final long other = run + ((long) page << Pages.SHIFT);
            if (RecordHeader.spaceIncarnation(other) == incarnation
                    && !Scratch.of(participant).isRecordIntact(run, liveness.tailBytes(run), room)
                    && RecordJudge.judge(participant, liveness, other, room - (other - run), incarnation)
                            == RecordJudge.Verdict.LIVE) {
                return page;
            }
        }
        return pages;
    }

    /** Whether a record that is about to be unlinked is one that was written here, and nobody else's pages go with it. */
    boolean canGiveBack(final Participant participant, final long run) {
        final int chunk = chunks.chunkOf(run);
        final long word = chunks.word(chunk);
        if (!isTaken(run)) {
            return false;
        }
        if (ChunkWord.kind(word) == ChunkWord.LARGE_HEAD) {
            return true;
        }
        final int incarnation = ChunkWord.incarnation(word);
        final long room = chunks.addressOf(chunk) + chunks.chunkBytes() - run;
        return RecordHeader.spaceIncarnation(run) == incarnation
                && RecordHeader.valueLength(run) >= 0
                && pagesOf(run) <= Pages.count(room)
                && coveredPages(participant, run, room, incarnation) == pagesOf(run);
    }

    private boolean isLargeInUse(final Participant participant, final int chunk, final long word) {
        final long bytes = (long) ChunkWord.extra(word) * chunks.chunkBytes();
        if (chunks.addressOf(chunk) + bytes > chunks.addressOf(chunks.highWater())) {
            throw new CorruptStoreException("the table word of chunk " + chunk + " claims " + ChunkWord.extra(word)
                    + " chunks, beyond those in use");
        }
        for (int i = 1; i < ChunkWord.extra(word); i++) {
            if (!isBodyOf(chunk, word, chunk + i)) {
                return false; // parts of it are others' by now, or holes, which must not be read: the head was dead
                // before that
            }
        }
        final RecordJudge.Verdict verdict = RecordJudge.judgeDespiteFaults(
                participant, liveness, chunks.addressOf(chunk), bytes, ChunkWord.incarnation(word));
        if (verdict == RecordJudge.Verdict.QUARANTINED) {
            quarantine.addRuns(1, bytes);
        }
        return verdict != RecordJudge.Verdict.DEAD;
    }

    /** Whether a body's head does not cover it: what a crash between the words of a large extent leaves. */
    boolean isOrphan(final int chunk, final long word) {
        final int head = chunk - ChunkWord.extra(word);
        if (head < 0) {
            return true;
        }
        final long headWord = chunks.word(head);
        return ChunkWord.kind(headWord) != ChunkWord.LARGE_HEAD
                || ChunkWord.incarnation(headWord) != ChunkWord.incarnation(word)
                || ChunkWord.extra(headWord) <= chunk - head;
    }

    /** Puts to use what was found free in a chunk, after the epoch. */
    void offerChunk(final int chunk) {
        final long word = chunks.word(chunk);
        chunks.lock.lock();
        try {
            if (!pending.checkedRemove(chunk)) {
                throw new IllegalStateException("chunk " + chunk + " was offered twice");
            }
            if (ChunkWord.kind(word) == ChunkWord.RUNS) {
                offerLocked(chunk, descriptors.chunkHeader(chunk));
            } else {
                releaseLarge(chunk, word);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Whether all pages of a record's run are marked as taken. */
    boolean isTaken(final long run) {
        final int chunk = chunks.chunkOf(run);
        if (!descriptors.isChunkInitialised(chunk)) {
            return false;
        }
        if (ChunkWord.kind(chunks.word(chunk)) == ChunkWord.LARGE_HEAD) {
            return run == chunks.addressOf(chunk) && !chunks.isFree(chunk);
        }
        final int first = (int) ((run - chunks.addressOf(chunk)) >>> Pages.SHIFT);
        if ((run & (Pages.BYTES - 1)) != 0) {
            return false;
        }
        return areTaken(chunk, first, (int) Math.min(pagesPerChunk - first, Math.max(1, pagesOf(run))));
    }

    /** Keeps the run of a record of so many bytes out of use, as it cannot be written to; each of its pages counts. */
    void keepOut(final long run, final long bytes) {
        final int chunk = chunks.chunkOf(run);
        chunks.lock.lock();
        try {
            final long word = chunks.word(chunk);
            if (ChunkWord.kind(word) == ChunkWord.LARGE_HEAD) {
                quarantine.addRuns(1, (long) ChunkWord.extra(word) * chunks.chunkBytes());
            } else {
                final int count = (int) Pages.count(bytes);
                if (descriptors.isChunkReadable(chunk)) {
                    noteRecords(descriptors.chunkHeader(chunk), count - 1);
                }
                quarantine.addRuns(count, (long) count << Pages.SHIFT);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Frees what a quarantined head holds, once it is known that no entry points at it. */
    void freeQuarantined(final long run) {
        final int chunk = chunks.chunkOf(run);
        chunks.lock.lock();
        try {
            final long word = chunks.word(chunk);
            if (ChunkWord.kind(word) == ChunkWord.RUNS) {
                final int first = (int) ((run - chunks.addressOf(chunk)) >>> Pages.SHIFT);
                freePages(chunk, first, 1);
            } else {
                releaseLarge(chunk, chunks.word(chunk));
            }
        } finally {
            chunks.lock.unlock();
        }
    }
}
