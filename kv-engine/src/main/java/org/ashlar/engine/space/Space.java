package org.ashlar.engine.space;

import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.epoch.Reclaimer;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.PageInfo;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.PoolException;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * The allocator of one open pool: records and index pages in, records and index pages out. Thread-safe; see the package for
 * the rules that its callers keep.
 */
public final class Space implements Reclaimer {
    /** For each page that is taken, so many are judged that earlier opens left: a killed process has told nobody what it had emptied. */
    private static final int SWEPT_PER_TAKEN = 2;

    /** As above, for each page of a chunk that is taken for runs: what takes few long steps has time for more, and fewer steps to the same growth. */
    private static final int SWEPT_PER_TAKEN_FOR_RUNS = 8;

    /** Of what was not judged, so many parts are taken to be there for each that was unlinked: no sparser than what is left alone. */
    private static final int DENSE_FRACTION = 4;

    private static final int WHOLE = 1000;
    private static final int RECORD = 0;
    private static final int INDEX_PAGE = 1;
    private static final int OFFER_PAGE = 2;
    private static final int OFFER_CHUNK = 3;
    private static final int CODE_MASK = 7;

    /**
     * Pages of a kind that {@link #figures} looks at. The standard error of the share that is live is 1 / (2 * 256) at most, 256 being the square
     * root, where no slot is larger than a page; a slot of four pages counts in one of the four, which makes it 3.5 times as large.
     */
    public static final int PAGES_OF_FIGURES = 1 << 16;

    /** Sees places of records. */
    @FunctionalInterface
    public interface AddressVisitor {
        /**
         * One place.
         *
         * @param address where it begins
         * @param bytes how long it is
         */
        void visit(long address, long bytes);
    }

    private final Pool pool;
    private final Descriptors descriptors;
    private final Epochs epochs;
    private final Chunks chunks;
    private final SlotSpace slots;
    private final RunSpace runs;
    private final IndexSpace index;
    private final Sweep sweep;
    private final Quarantine quarantine = new Quarantine();
    private final ChunkSource growing = new Growing();
    private final ChunkSource moving = new Moving(false);
    private final ChunkSource movingAndGrowing = new Moving(true);
    private final long data;
    private final int pagesPerChunk;
    private final int largestSlot;

    /**
     * Makes the allocator of a pool. Reads a few words of the chunk table, nothing else.
     *
     * @param pool the open pool
     * @param epochs where what dies is retired to; this becomes its reclaimer
     * @param liveness tells what the index refers to; first asked after this returned
     */
    public Space(final Pool pool, final Epochs epochs, final Liveness liveness) {
        this.pool = pool;
        this.epochs = epochs;
        descriptors = pool.descriptors();
        data = pool.dataAddress();
        pagesPerChunk = pool.geometry().pagesPerChunk();
        chunks = new Chunks(pool);
        slots = new SlotSpace(pool, chunks, epochs, liveness, quarantine);
        runs = new RunSpace(pool, chunks, epochs, liveness, quarantine);
        index = new IndexSpace(pool, chunks, epochs, liveness, quarantine);
        largestSlot = slots.classes().largestBytes();
        sweep = new Sweep(pool, epochs, chunks, slots, index, this::initialiseChunk);
        epochs.setReclaimer(this);
    }

    /**
     * Number of size classes of a pool, before its space is made.
     *
     * @param pagesPerChunk of the pool
     * @return classes
     */
    public static int sizeClasses(final int pagesPerChunk) {
        return new SizeClasses(SlotSpace.spanPages(pagesPerChunk) << Pages.SHIFT).count();
    }

    // ------------------------------------------------------------------------------------------------ allocation

    /**
     * Takes a place for a record. Its bytes are garbage; nobody else has it until it is retired.
     *
     * @param participant the caller's
     * @param bytes of the record
     * @return address, a multiple of 8
     * @throws StoreFullException when there is no room; {@link Sweep#sweepAll} and draining the epochs may make some
     */
    public long allocateRecord(final Participant participant, final long bytes) {
        participant.beginMutation();
        return bytes <= largestSlot
                ? slots.allocate(participant, slots.classes().classFor(bytes), growing)
                : runs.allocate(participant, bytes, growing);
    }

    /**
     * What a record written at the place that the caller has taken last must bear as its space incarnation.
     *
     * @param participant the caller's
     * @param record what {@link #allocateRecord} returned
     * @param bytes what it was given
     * @return 16 bits, not 0
     */
    public int incarnationAt(final Participant participant, final long record, final long bytes) {
        return bytes <= largestSlot ? slots.incarnationOfTaken(participant, bytes) : runs.incarnationAt(record);
    }

    /**
     * Takes a page for the index. Its descriptor is initialised and unlocked; its bytes are garbage.
     *
     * @param participant the caller's
     * @return address
     * @throws StoreFullException when there is no room; {@link Sweep#sweepAll} and draining the epochs may make some
     */
    public long allocateIndexPage(final Participant participant) {
        participant.noteMutation();
        return index.allocate(participant, growing);
    }

    /** As {@link #allocateRecord}, for a record that moves. */
    long allocateToMove(final Participant participant, final long bytes, final boolean mayGrow) {
        participant.beginMutation();
        final ChunkSource source = mayGrow ? movingAndGrowing : moving;
        return bytes <= largestSlot
                ? slots.allocate(participant, slots.classes().classFor(bytes), source)
                : runs.allocate(participant, bytes, source);
    }

    /** Everything that can be had: free chunks, what earlier opens left, growth. */
    private final class Growing implements ChunkSource {
        @Override
        public int takeChunk(final int kind, final long bytes) {
            return take(kind, bytes);
        }

        @Override
        public int takeChunkRun(final int count) {
            try {
                return chunks.takeRun(count);
            } catch (final PoolException e) {
                throw asStoreFull(e, (long) count * chunks.chunkBytes());
            }
        }

        @Override
        public boolean sweepSome(final Participant participant, final boolean wouldTakeChunk) {
            return sweep.sweepSome(participant, wouldTakeChunk);
        }

        @Override
        public void noteTaken(final int pages, final boolean wholeChunks) {
            final int perMille = densityPerMille();
            if (perMille < Evacuation.SPARSE_PER_MILLE) {
                // Of so many pages as dense as the whole, so many become free when they are emptied.
                chunks.noteShortOfChunks(wholeChunks);
                chunks.addEvacuationDebt(pages * WHOLE / (WHOLE - perMille) + 1);
            } else if (sweep.unsweptBytes() > 0) {
                final int swept = (wholeChunks ? SWEPT_PER_TAKEN_FOR_RUNS : SWEPT_PER_TAKEN) * pages;
                chunks.addEvacuationDebt(swept * Evacuation.SWEPT_PAGES_COST / Sweep.SWEEP_PAGES);
            }
        }
    }

    /**
     * How much of the slots and run pages that this open has touched is taken; and of those that it has not judged, as far as it has unlinked what was
     * in them: they are taken to be dense, but for that.
     *
     * @return of a thousand; all, when less than a chunk is free
     */
    int densityPerMille() {
        final long left = slots.sparse().leftBytes();
        final long free = slots.sparse().freeBytes() + (runs.freePages() << Pages.SHIFT) + left;
        final long all = slots.sparse().capacityBytes()
                + (runs.pages() << Pages.SHIFT)
                + Math.max(left, Math.min(DENSE_FRACTION * left, sweep.unsweptBytes()));
        return free < chunks.chunkBytes() ? WHOLE : (int) ((all - free) * WHOLE / all);
    }

    private int take(final int kind, final long bytes) {
        try {
            return chunks.take(kind);
        } catch (final PoolException e) {
            throw asStoreFull(e, bytes);
        }
    }

    /** What is available is found out when it is told: room may be made first. */
    private static RuntimeException asStoreFull(final PoolException e, final long needed) {
        return switch (e.reason()) {
            case FULL, DEVICE_FULL -> new StoreFullException(e.getMessage(), needed, 0, e);
            default -> e;
        };
    }

    /** For records that move: what this open has not touched stays so, and nothing has to be moved for it. */
    private final class Moving implements ChunkSource {
        private final boolean mayGrow;

        Moving(final boolean mayGrow) {
            this.mayGrow = mayGrow;
        }

        @Override
        public int takeChunk(final int kind, final long bytes) {
            // A run that moves into a chunk of its own has gained nothing, and its move made another one due.
            if (kind == ChunkWord.RUNS || (!mayGrow && !chunks.hasFree())) {
                throw noRoomToMoveTo(bytes);
            }
            return take(kind, bytes);
        }

        @Override
        public int takeChunkRun(final int count) {
            throw noRoomToMoveTo((long) count * chunks.chunkBytes());
        }

        /** For the evacuation, which goes on to something else. */
        private static StoreFullException noRoomToMoveTo(final long bytes) {
            return new StoreFullException("no room to move to", bytes, 0, null);
        }

        @Override
        public boolean sweepSome(final Participant participant, final boolean wouldTakeChunk) {
            return false;
        }

        @Override
        public void noteTaken(final int pages, final boolean wholeChunks) {}
    }

    /**
     * What empties sparse spans and chunks. Once.
     *
     * @param mover moves records
     * @param mostPaidNanos a write that has worked at it for so long goes no further than the record that it is at
     * @return the evacuation
     */
    public Evacuation evacuation(final Evacuation.Mover mover, final long mostPaidNanos) {
        return new Evacuation(this, chunks, slots, runs, mover, mostPaidNanos);
    }

    /**
     * Whether more chunks are free, with their blocks, than will soon be needed.
     *
     * @return true when {@link #punchOne} would do something
     */
    public boolean isTrimDue() {
        return chunks.isTrimDue();
    }

    /**
     * Gives the blocks of a free chunk back to the file system, if that {@link #isTrimDue}.
     *
     * @return whether there was such a chunk
     */
    public boolean punchOne() {
        return chunks.punchOne(chunks.keptFree());
    }

    /**
     * Gives the blocks of a free chunk back to the file system.
     *
     * @return whether there was one that had any
     */
    public boolean punchAnyOne() {
        return chunks.punchOne(0);
    }

    /**
     * Chunks that are known to be free, with blocks or without.
     *
     * @return chunks
     */
    public int freeChunks() {
        chunks.lock.lock();
        try {
            return chunks.freeCount();
        } finally {
            chunks.lock.unlock();
        }
    }

    /**
     * Bytes of free chunks whose blocks the file system has.
     *
     * @return bytes
     */
    public long holeBytes() {
        chunks.lock.lock();
        try {
            return (long) chunks.holeCount() * chunks.chunkBytes();
        } finally {
            chunks.lock.unlock();
        }
    }

    /**
     * Bytes of the chunks whose blocks this open has given back to the file system, whether it has them again or not.
     *
     * @return bytes
     */
    public long givenBackBytes() {
        return chunks.givenBackBytes();
    }

    /**
     * What judges the chunks that earlier opens left.
     *
     * @return the sweep
     */
    public Sweep sweep() {
        return sweep;
    }

    /** Puts pages to use that have so little room that they are left alone as long as there is other space. */
    public void useScatteredRoom() {
        slots.offerAll();
    }

    // --------------------------------------------------------------------------------------------------- freeing

    /**
     * Gives back a record that was never published. At once: nobody can hold it. Nothing that is there is looked at: it may not be written. It stays
     * taken where what says so cannot be read any more.
     *
     * @param record what {@link #allocateRecord} returned
     * @param bytes what it was given
     */
    public void releaseUnpublished(final long record, final long bytes) {
        try {
            if (isSlot(record)) {
                slots.free(record);
            } else {
                runs.free(record, bytes);
            }
        } catch (final InternalError e) {
            keepUnpublishedOut(record, bytes);
        }
    }

    /**
     * Keeps the place of a record that was never published out of use: a fault was met when it was written.
     *
     * @param record what {@link #allocateRecord} returned
     * @param bytes what it was given
     */
    public void keepUnpublishedOut(final long record, final long bytes) {
        if (isSlot(record)) {
            slots.keepOut(bytes);
        } else {
            runs.keepOut(record, bytes);
        }
    }

    /**
     * Initialises the page that holds a record, if this open has not yet. To be called before the record is unlinked.
     *
     * @param participant the caller's
     * @param record address
     * @throws CorruptStoreException when no place that is taken begins there: giving it back would spoil another record
     */
    public void prepareToUnlink(final Participant participant, final long record) {
        final int chunk = chunks.chunkOf(record);
        if (isSlot(record)) {
            final long page = (record - data) >>> Pages.SHIFT;
            if (!descriptors.isInitialised(page)) {
                initialiseChunk(participant, chunk);
                slots.initialisePage(participant, page); // throws where the descriptor cannot be read
            }
        } else {
            initialiseChunk(participant, chunk);
        }
        checkPlace(participant, chunk, record);
    }

    private void checkPlace(final Participant participant, final int chunk, final long record) {
        final boolean canGiveBack = switch (chunks.kindUnchecked(chunk)) {
            case ChunkWord.SLOTS -> slots.isTaken(record);
            case ChunkWord.RUNS, ChunkWord.LARGE_HEAD -> runs.canGiveBack(participant, record);
            default -> false;
        };
        if (!canGiveBack) {
            Memory.settleFaults(); // or what was loaded does not say so
            throw new CorruptStoreException("the index points at linear offset " + (record - data)
                    + ", which is no place of a record in use; verify the store");
        }
    }

    /**
     * As {@link #prepareToUnlink}, for an operation that unlinks no other record before it retires this one. Leaves alone a page of slots that this
     * open has not touched: the judging of its slots would cost an update ten times as much as all the rest of it. And one whose descriptor
     * cannot be read: the next open will judge it.
     *
     * @param participant the caller's
     * @param record address
     */
    public void noteUnlinking(final Participant participant, final long record) {
        final int chunk = chunks.chunkOf(record);
        if (!isSlot(record)) {
            if (!noteUnjudgeable(participant, record)) {
                prepareToUnlink(participant, record);
            }
            return;
        }
        final Descriptors.State state = descriptors.state((record - data) >>> Pages.SHIFT);
        if (state == Descriptors.State.INITIALISED) {
            checkPlace(participant, chunk, record);
        } else {
            noteUnjudged(participant, record, state);
        }
    }

    /** Nothing is given back by an entry that is damaged. */
    private static void noteUnjudged(final Participant participant, final long record, final Descriptors.State state) {
        final Scratch scratch = Scratch.of(participant);
        scratch.unlinkedUnjudged = record;
        scratch.isUnlinkedUnjudgeable = state == Descriptors.State.UNREADABLE;
    }

    /**
     * Leaves a record whose page's descriptor, or whose run's chunk header, cannot be read to the next open, for an operation that unlinks no
     * other before it retires this one.
     *
     * @param participant the caller's
     * @param record address
     * @return whether it is one of those; else it has to be {@linkplain #prepareToUnlink prepared}
     */
    public boolean noteUnjudgeable(final Participant participant, final long record) {
        final boolean isOne = isSlot(record)
                ? descriptors.state((record - data) >>> Pages.SHIFT) == Descriptors.State.UNREADABLE
                : !descriptors.isChunkReadable(chunks.chunkOf(record));
        if (isOne) {
            noteUnjudged(participant, record, Descriptors.State.UNREADABLE);
        }
        return isOne;
    }

    /**
     * Hands over a record whose unlinking is durable; its place is reused once no reader can hold it.
     *
     * @param participant the caller's
     * @param record address
     */
    public void retireRecord(final Participant participant, final long record) {
        participant.noteMutation();
        final Scratch scratch = Scratch.of(participant);
        if (scratch.unlinkedUnjudged == record) {
            scratch.unlinkedUnjudged = 0;
            if (scratch.isUnlinkedUnjudgeable || isLeftToTheJudge(participant, record)) {
                return;
            }
        }
        participant.noteRetiredBytes(
                RecordHeader.size(RecordHeader.keyLength(record), RecordHeader.valueLength(record)));
        epochs.retire(participant, record | RECORD);
    }

    /**
     * Whether a record that was unlinked in a page that was not judged before needs no retiring: whoever judges the page finds it dead, and lets an epoch
     * pass before anything there is used. Where a judge came between, the bitmap says what it has found; nobody allocates there before the
     * caller's operation has ended, so a set bit is this record's.
     */
    private boolean isLeftToTheJudge(final Participant participant, final long record) {
        final long page = (record - data) >>> Pages.SHIFT;
        VarHandle.fullFence(); // either a judge sees the unlinking, or this thread sees the judge's latch
        if (descriptors.isUntouched(page)) {
            slots.sparse()
                    .noteLeft(RecordHeader.size(RecordHeader.keyLength(record), RecordHeader.valueLength(record)));
            return true;
        }
        slots.initialisePage(participant, page); // waits until the judge is done
        return !slots.isTaken(record);
    }

    /**
     * Hands over an index page whose unlinking is durable.
     *
     * @param participant the caller's
     * @param page address
     */
    public void retireIndexPage(final Participant participant, final long page) {
        participant.noteMutation();
        epochs.retire(participant, indexPageCode(page));
    }

    /**
     * Gives back an index page that was never published. At once: nobody can hold it.
     *
     * @param page address
     */
    public void releaseUnpublishedIndexPage(final long page) {
        index.free(page);
    }

    static long indexPageCode(final long page) {
        return page | INDEX_PAGE;
    }

    static long offerPageCode(final long page) {
        return page | OFFER_PAGE;
    }

    static long offerChunkCode(final long chunk) {
        return chunk | OFFER_CHUNK;
    }

    @Override
    public void giveBackReserved(final Participant participant) {
        slots.giveBackReserved(Scratch.of(participant));
    }

    /** A fault shows nowhere else: what is of a page that cannot be read is met again when it is to be taken back. */
    @Override
    public long touch(final long code) {
        final long page = ((code & ~(long) CODE_MASK) - data) >>> Pages.SHIFT;
        return descriptors.state(page) == Descriptors.State.INITIALISED ? 1 : 0;
    }

    /** It stays taken where what says so cannot be read any more: the operation in which it is met has nothing to do with it. */
    @Override
    public void reclaim(final Participant participant, final long code) {
        try {
            reclaimReadable(participant, code);
        } catch (final InternalError e) {
            quarantine.addSlots(1, 0); // its bytes count as not judged
        }
    }

    private void reclaimReadable(final Participant participant, final long code) {
        final long address = code & ~(long) CODE_MASK;
        switch ((int) code & CODE_MASK) {
            case RECORD -> {
                if (isSlot(address)) {
                    slots.free(address);
                } else {
                    Memory.checkReadable(address, RecordHeader.BYTES);
                    runs.free(
                            address, RunSpace.bytesOf(address)); // its header is still what it was when it was unlinked
                }
            }
            case INDEX_PAGE -> {
                initialiseChunk(participant, chunks.chunkOf(address));
                index.free(address);
            }
            case OFFER_PAGE -> slots.offer((address - data) >>> Pages.SHIFT);
            case OFFER_CHUNK -> runs.offerChunk(chunks.chunkOf(address));
            default -> throw new IllegalStateException("not a code: 0x" + Long.toHexString(code));
        }
    }

    private boolean isSlot(final long record) {
        return chunks.kindUnchecked(chunks.chunkOf(record)) == ChunkWord.SLOTS;
    }

    // ----------------------------------------------------------------------------------- first touch and discovery

    private void initialiseChunk(final Participant participant, final int chunk) {
        if (descriptors.isChunkInitialised(chunk)) {
            return;
        }
        final long word = chunks.word(chunk);
        chunks.settle(chunk);
        Memory.settleFaults(); // before the word is believed
        switch (ChunkWord.kind(word)) {
            case ChunkWord.SLOTS -> slots.initialiseChunk(chunk);
            case ChunkWord.INDEX -> index.initialiseChunk(chunk);
            case ChunkWord.RUNS, ChunkWord.LARGE_HEAD -> runs.initialiseChunk(participant, chunk, word);
            case ChunkWord.LARGE_BODY -> {
                if (runs.isOrphan(chunk, word)) {
                    initialiseFree(chunk);
                }
            }
            default -> initialiseFree(chunk);
        }
    }

    private void initialiseFree(final int chunk) {
        if (descriptors.beginChunkInitialisation(chunk)) {
            descriptors.endChunkInitialisation(chunk);
            chunks.releaseFound(chunk);
        }
    }

    // ---------------------------------------------------------------------------------------------------- figures

    /**
     * Linear bytes of the chunks that were ever used: every address that the media holds must lie below.
     *
     * @return bytes
     */
    public long usedBytes() {
        return chunks.usedBytes();
    }

    /**
     * Whether a record place is taken, after everything was judged.
     *
     * @param record address
     * @return true when the allocator counts it as taken
     */
    public boolean isRecordTaken(final long record) {
        return switch (ChunkWord.kind(chunks.word(chunks.chunkOf(record)))) {
            case ChunkWord.SLOTS -> slots.isTaken(record);
            case ChunkWord.RUNS, ChunkWord.LARGE_HEAD -> runs.isTaken(record);
            default -> false;
        };
    }

    /**
     * Bytes of the place that a record has.
     *
     * @param record address of a taken place
     * @return bytes: of the slot, or of the pages or chunks of the run
     */
    public long placeBytes(final long record) {
        final long word = chunks.word(chunks.chunkOf(record));
        return switch (ChunkWord.kind(word)) {
            case ChunkWord.SLOTS -> slots.slotBytes(record);
            case ChunkWord.LARGE_HEAD -> (long) ChunkWord.extra(word) * chunks.chunkBytes();
            default -> RunSpace.pagesOf(record) << Pages.SHIFT;
        };
    }

    /**
     * Whether an index page is taken.
     *
     * @param page address
     * @return true when the allocator counts it as taken
     */
    public boolean isIndexPageTaken(final long page) {
        return ChunkWord.kind(chunks.word(chunks.chunkOf(page))) == ChunkWord.INDEX && index.isTaken(page);
    }

    /**
     * Chunks of which nobody can tell what is free in them: those that the sweep gave up, and those whose header or descriptors cannot be read.
     *
     * @return numbers of chunks
     * @throws InternalError where the chunk table cannot be read
     */
    public RoaringBitmap unreadableChunks() {
        chunks.checkTable();
        final RoaringBitmap unreadable = sweep.unreadable();
        for (int chunk = 0; chunk < chunks.highWater(); chunk++) {
            chunks.lock.lock();
            try {
                if (!chunks.isFree(chunk) && chunks.kindUnchecked(chunk) != ChunkWord.FREE && !isReadable(chunk)) {
                    unreadable.add(chunk);
                }
            } finally {
                chunks.lock.unlock();
            }
        }
        return unreadable;
    }

    private boolean isReadable(final int chunk) {
        final long descriptor = descriptors.core((long) chunk * pagesPerChunk);
        return descriptors.isChunkReadable(chunk)
                && Memory.isReadable(descriptor, (long) pagesPerChunk * CoreDescriptor.BYTES);
    }

    /**
     * Looks at every chunk word, also where nothing was judged, as in a store that is open read-only.
     *
     * @param problems gets a line for each that is wrong
     * @throws InternalError where the chunk table cannot be read
     */
    public void checkChunkWords(final Consumer<String> problems) {
        chunks.checkTable();
        new PlaceCheck(pool, chunks, problems).checkChunkWords();
    }

    /**
     * Looks at whether chunk words and span words agree that places are what the index says; it needs no bitmap, so nothing has to be judged.
     *
     * @param records linear offsets of live records
     * @param pages linear offsets of live index pages
     * @param problems gets a line for each that is wrong
     */
    public void checkPlaces(
            final Roaring64Bitmap records, final Roaring64Bitmap pages, final Consumer<String> problems) {
        new PlaceCheck(pool, chunks, problems).checkPlaces(records, pages);
    }

    /**
     * Visits all that is taken in chunks that are judged.
     *
     * @param except chunks that are left out
     * @param records gets each taken slot and, page by page, taken pages of runs
     * @param indexPages gets each taken index page
     */
    public void audit(final RoaringBitmap except, final AddressVisitor records, final AddressVisitor indexPages) {
        for (int chunk = 0; chunk < chunks.highWater(); chunk++) {
            chunks.lock.lock();
            try {
                if (!except.contains(chunk) && !chunks.isFree(chunk)) {
                    auditChunk(chunk, records, indexPages);
                }
            } finally {
                chunks.lock.unlock();
            }
        }
    }

    private void auditChunk(final int chunk, final AddressVisitor records, final AddressVisitor indexPages) {
        final long begin = chunks.addressOf(chunk);
        final int kind = ChunkWord.kind(chunks.word(chunk));
        for (int page = 0; page < pagesPerChunk; page++) {
            final long address = begin + ((long) page << Pages.SHIFT);
            final long number = (address - data) >>> Pages.SHIFT;
            if (kind == ChunkWord.SLOTS && slots.isPageInUse(chunk, page) && descriptors.isInitialised(number)) {
                slots.forEachTaken(number, records);
            } else if (kind == ChunkWord.RUNS && PageBitmap.get(descriptors.chunkHeader(chunk), page)) {
                records.visit(address, Pages.BYTES);
            } else if (kind == ChunkWord.LARGE_HEAD && page == 0) {
                records.visit(address, placeBytes(address));
            } else if (kind == ChunkWord.INDEX && number != 0 && index.isTaken(address)) {
                indexPages.visit(address, Pages.BYTES);
            }
        }
    }

    /**
     * Gives back a place that was kept out of use, now that a walk of all entries has shown that none points at it; unless it cannot be read.
     *
     * @param record address
     */
    public void releaseQuarantined(final long record) {
        if (!Memory.isReadable(record, RecordHeader.BYTES)) {
            return;
        }
        final long word = chunks.word(chunks.chunkOf(record));
        if (ChunkWord.kind(word) == ChunkWord.SLOTS) {
            quarantine.removeSlot(slots.slotBytes(record)); // before its span may lose its class
            slots.free(record);
        } else {
            final boolean isLarge = ChunkWord.kind(word) == ChunkWord.LARGE_HEAD;
            quarantine.removeRun(isLarge ? (long) ChunkWord.extra(word) * chunks.chunkBytes() : Pages.BYTES);
            runs.freeQuarantined(record);
        }
    }

    /**
     * Gives back an index page that was kept out of use, now that a walk of all pages has not met it; unless it cannot be read.
     *
     * @param page address
     */
    public void releaseQuarantinedIndexPage(final long page) {
        if (!Memory.isReadable(page, Pages.BYTES)) {
            return;
        }
        index.free(page);
        quarantine.removeIndexPage();
    }

    /**
     * Places kept out of use.
     *
     * @return number
     */
    public long quarantined() {
        return quarantine.places();
    }

    /**
     * What a page is used for.
     *
     * @param page number of a page in use by now
     * @return its kind, by its chunk's
     */
    public PageInfo.Kind kindOf(final long page) {
        final int chunk = (int) (page / pagesPerChunk);
        chunks.lock.lock();
        try {
            if (chunks.isFree(chunk)) {
                return PageInfo.Kind.FREE;
            }
        } finally {
            chunks.lock.unlock();
        }
        return switch (chunks.kindUnchecked(chunk)) {
            case ChunkWord.SLOTS -> PageInfo.Kind.SLOTS;
            case ChunkWord.INDEX -> PageInfo.Kind.INDEX;
            case ChunkWord.FREE -> PageInfo.Kind.FREE;
            default -> PageInfo.Kind.RUN;
        };
    }

    /**
     * Counts what the chunks hold. Costs a few nanoseconds for each chunk in use and for each page that is looked at, and operations nothing.
     *
     * @param mostPages of slots, and again of the index, that are looked at; {@link #PAGES_OF_FIGURES} as a rule
     * @return figures that are exact where nobody writes meanwhile and there are no more pages than that
     */
    public SpaceFigures figures(final int mostPages) {
        return new Census(pool, chunks, slots, index, quarantine, mostPages).take(epochs);
    }

    /**
     * The pool underneath.
     *
     * @return the pool
     */
    public Pool pool() {
        return pool;
    }
}
