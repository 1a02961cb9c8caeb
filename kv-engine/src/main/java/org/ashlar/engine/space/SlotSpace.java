package org.ashlar.engine.space;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.agrona.collections.LongArrayList;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.ashlar.pmem.RecordedLock;
import org.roaringbitmap.RoaringBitmap;

/**
 * Records in slots: chunks of spans, spans of slots of one size.
 *
 * <p>A slot belongs to the page in which it begins, and that page's descriptor says whether it is taken. Each participant fills
 * one <em>active</em> page per size class, all of whose free slots it reserves at once; a page that is not active and has enough free slots is on its class's list. The lists are
 * linked through the descriptors, so they cost no heap. A page stays on a list until it is popped, even if its span has
 * changed its class meanwhile; the popper looks.
 */
final class SlotSpace {
    /** A page goes on its class's list when a quarter of it is free. */
    private static final int LISTED_FRACTION = 4;

    /**
     * Of pages that were listed and have no room any more, an allocation looks at so many: there can be all those that a class once had.
     */
    private static final int MOST_STALE = 128;

    private final Chunks chunks;
    private final Descriptors descriptors;
    private final Persistence persistence;
    private final SlotLayout layout;
    private final SizeClasses classes;
    private final PageLists lists;
    private final SlotFirstTouch firstTouch;
    private final SparseSpans sparse;
    private final Quarantine quarantine;
    private final long data;
    private final int spanPages;
    private final int spansPerChunk;

    /** Chunks whose header shows a free span; under the space lock. */
    private final RoaringBitmap chunksWithSpans = new RoaringBitmap();

    /** Chunks whose records are on their way elsewhere: their free spans are not given out. Under the space lock. */
    private final RoaringBitmap leavingChunks = new RoaringBitmap();

    SlotSpace(
            final Pool pool,
            final Chunks chunks,
            final Epochs epochs,
            final Liveness liveness,
            final Quarantine quarantine) {
        this.chunks = chunks;
        this.quarantine = quarantine;
        descriptors = pool.descriptors();
        persistence = pool.persistence();
        data = pool.dataAddress();
        layout = new SlotLayout(pool, chunks);
        classes = layout.classes;
        spanPages = layout.spanPages;
        spansPerChunk = layout.spansPerChunk;
        lists = new PageLists(classes.count(), descriptors);
        sparse = new SparseSpans(chunks, descriptors, layout, this);
        firstTouch = new SlotFirstTouch(chunks, descriptors, layout, sparse, epochs, liveness, quarantine);
    }

    /** Pages of a span: 16, or a quarter of a small chunk. */
    static int spanPages(final int pagesPerChunk) {
        return Math.min(16, pagesPerChunk / 4);
    }

    SizeClasses classes() {
        return classes;
    }

    /** The spans that would better be emptied. */
    SparseSpans sparse() {
        return sparse;
    }

    // ------------------------------------------------------------------------------------------------ allocation

    /** Takes a slot of a class; its old content is garbage. Touches no shared memory but once per page. */
    long allocate(final Participant participant, final int sizeClass, final ChunkSource source) {
        final Scratch scratch = Scratch.of(participant);
        while (true) {
            final int base = sizeClass * Scratch.RESERVED_WORDS;
            for (int i = 0; i < Scratch.RESERVED_WORDS; i++) {
                final long bits = scratch.reserved[base + i];
                if (bits != 0) {
                    scratch.reserved[base + i] = bits & (bits - 1);
                    final int slot = i * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    return scratch.firstSlots[sizeClass] + (long) slot * classes.bytesOf(sizeClass);
                }
            }
            final long last = scratch.activePages[sizeClass] - 1;
            if (last >= 0) {
                scratch.activePages[sizeClass] = 0; // first: it may not be readable any more
                deactivate(last);
            }
            final long page = nextPage(participant, sizeClass, source);
            scratch.activePages[sizeClass] = page + 1;
            reserve(scratch, sizeClass, page);
        }
    }

    /** Takes all free slots of an active page at once, for its owner to use one by one. */
    private void reserve(final Scratch scratch, final int sizeClass, final long page) {
        try {
            reserveAll(scratch, sizeClass, page);
        } catch (final InternalError e) {
            forgetReserved(scratch, sizeClass);
            throw e;
        }
    }

    private static void forgetReserved(final Scratch scratch, final int sizeClass) {
        final int base = sizeClass * Scratch.RESERVED_WORDS;
        Arrays.fill(scratch.reserved, base, base + Scratch.RESERVED_WORDS, 0);
        scratch.activePages[sizeClass] = 0;
    }

    private void reserveAll(final Scratch scratch, final int sizeClass, final long page) {
        final long descriptor = descriptors.core(page);
        final int taken;
        descriptors.lock(descriptor);
        try {
            final long shape = SlotPage.shape(descriptor);
            final int capacity = (int) (shape >>> SlotPage.CAPACITY_SHIFT);
            scratch.firstSlots[sizeClass] = layout.addressOfPage(page) + (shape & SlotPage.FIRST_MASK);
            // Kept: the descriptor may not be readable any more when the slots are used.
            scratch.spaceIncarnations[sizeClass] = SlotPage.incarnationOf(SlotPage.flags(descriptor));
            for (int i = 0; i < Scratch.RESERVED_WORDS; i++) {
                final int slots = Math.min(Long.SIZE, Math.max(0, capacity - i * Long.SIZE));
                final long all = slots == 0 ? 0 : -1L >>> (Long.SIZE - slots);
                final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES;
                scratch.reserved[sizeClass * Scratch.RESERVED_WORDS + i] = all & ~Memory.getLong(word);
                Memory.putLong(word, all);
                Memory.checkStored(word, all); // where it cannot be written to, before a slot is given out
            }
            taken = capacity - SlotPage.count(descriptor);
            Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, capacity);
        } finally {
            descriptors.unlock(descriptor);
        }
        sparse.noteTaken((long) taken * classes.bytesOf(sizeClass));
    }

    /** Makes reserved slots free again. By the owner of the scratch space, or while it is lent. */
    void giveBackReserved(final Scratch scratch) {
        for (int sizeClass = 0; sizeClass < classes.count(); sizeClass++) {
            final long page = scratch.activePages[sizeClass] - 1;
            if (page >= 0) {
                scratch.activePages[sizeClass] = 0;
                try {
                    giveBackReserved(scratch, sizeClass, page);
                } catch (final InternalError e) {
                    forgetReserved(scratch, sizeClass); // they stay taken
                }
            }
        }
    }

    private void giveBackReserved(final Scratch scratch, final int sizeClass, final long page) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        int given = 0;
        for (int i = 0; i < Scratch.RESERVED_WORDS; i++) {
            final int at = sizeClass * Scratch.RESERVED_WORDS + i;
            final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES;
            Memory.putLong(word, Memory.getLong(word) & ~scratch.reserved[at]);
            given += Long.bitCount(scratch.reserved[at]);
            scratch.reserved[at] = 0;
        }
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, SlotPage.count(descriptor) - given);
        descriptors.unlock(descriptor);
        sparse.noteTaken(-(long) given * classes.bytesOf(sizeClass));
        deactivate(page);
    }

    /** A page with free slots that is now active for the caller. */
    private long nextPage(final Participant participant, final int sizeClass, final ChunkSource source) {
        long listed = popListed(sizeClass, MOST_STALE);
        if (listed < 0) { // once: a put looks at few of the pages of earlier opens
            // Racy looks at whether a fresh page would cost a chunk: at worst little is taken back early, or late.
            source.sweepSome(participant, !lists.hasFresh(sizeClass) && chunksWithSpans.isEmpty());
            listed = popListed(sizeClass, MOST_STALE);
        }
        if (listed >= 0) {
            return listed;
        }
        try {
            return freshPage(sizeClass, source);
        } catch (final StoreFullException e) {
            listed = popListed(sizeClass, Integer.MAX_VALUE);
            if (listed < 0) {
                throw e;
            }
            return listed;
        }
    }

    private long freshPage(final int sizeClass, final ChunkSource source) {
        final RecordedLock lock = lists.lock(sizeClass);
        lock.lock();
        try {
            while (true) {
                for (long page = lists.takeFresh(sizeClass); page >= 0; page = lists.takeFresh(sizeClass)) {
                    if (descriptors.isReadable(page) && SlotPage.capacity(descriptors.core(page)) > 0) {
                        return page;
                    }
                    deactivate(page); // no slot begins in it, or its descriptor has gone bad since its span was taken
                }
                final long span = takeSpan(sizeClass, source);
                source.noteTaken(spanPages, false);
                lists.setFresh(sizeClass, span, span + spanPages);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The first page of a class's list that has room, active; -1 when there is none, or when so many others were found first that were listed
     * and then emptied, or became another class's. Those leave the list.
     */
    private long popListed(final int sizeClass, final int mostStale) {
        try {
            for (int stale = 0; stale < mostStale; stale++) {
                // The page may be another class's by now, or one of the index, whose lock is held for long, and by
                // those who wait for
                // this list: so the list is not locked here. LISTED keeps others from listing the page meanwhile.
                final long page = lists.pop(sizeClass);
                if (page < 0) {
                    return -1;
                }
                final long descriptor = descriptors.core(page);
                descriptors.lock(descriptor);
                final int flags = SlotPage.flags(descriptor) & ~SlotPage.LISTED;
                final int owner = SlotPage.classOf(flags);
                final boolean usable = isUsable(descriptor, flags);
                final boolean mine = usable && owner == sizeClass;
                final boolean elsewhere = usable && owner >= 0 && owner != sizeClass;
                SlotPage.setFlags(
                        descriptor, mine ? flags | SlotPage.ACTIVE : elsewhere ? flags | SlotPage.LISTED : flags);
                descriptors.unlock(descriptor);
                if (mine) {
                    return page;
                }
                if (elsewhere) {
                    lists.pushForeign(owner, page);
                }
            }
            return -1;
        } finally {
            lists.deliverForeign();
        }
    }

    /** Ends the activity of a page; if there is room in it, others may have it. One whose descriptor cannot be read stays active, and nobody's. */
    private void deactivate(final long page) {
        if (!descriptors.isReadable(page)) {
            return;
        }
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = SlotPage.flags(descriptor) & ~SlotPage.ACTIVE;
        SlotPage.setFlags(descriptor, flags);
        offerLocked(page, descriptor, flags, SlotPage.count(descriptor));
    }

    /** A free span, its word durable and its pages initialised and active; returns its first page. */
    private long takeSpan(final int sizeClass, final ChunkSource source) {
        chunks.lock.lock();
        try {
            final long bytes = classes.bytesOf(sizeClass);
            long first = unusedSpan(source, bytes);
            while (!descriptors.isReadable(first)) { // nor those of the pages behind it: they are side by side
                first = unusedSpan(source, bytes);
            }
            final int chunk = layout.chunkOfPage(first);
            final int span = layout.spanOf(chunk, first);
            final int incarnation = publishSpan(chunk, span, sizeClass);
            for (long page = first; page < first + spanPages; page++) {
                formatPage(page, chunk, span, sizeClass, incarnation);
            }
            return first;
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Takes the first page of a span that is in no use; with the lock held. */
    private long unusedSpan(final ChunkSource source, final long bytes) {
        chunks.keepUnreadableOut(chunksWithSpans);
        if (chunksWithSpans.isEmpty()) {
            final int chunk = source.takeChunk(ChunkWord.SLOTS, bytes);
            PageBitmap.set(descriptors.chunkHeader(chunk), 0, spansPerChunk); // here a set bit is a free span
            chunksWithSpans.add(chunk);
        }
        final int chunk = chunksWithSpans.first();
        final long header = descriptors.chunkHeader(chunk);
        final int span = Long.numberOfTrailingZeros(Memory.getLong(header + ChunkHeader.BITMAP_OFFSET));
        PageBitmap.clear(header, span, 1);
        if (PageBitmap.isAllClear(header, spansPerChunk)) {
            chunksWithSpans.remove(chunk);
        }
        return layout.firstPageOf(chunk) + (long) span * spanPages;
    }

    private int publishSpan(final int chunk, final int span, final int sizeClass) {
        final long place = layout.spanWordAddress(chunk, span);
        final long old = Memory.getLong(place);
        final int before = SpanWord.isValid(place - data, old, classes.count()) ? SpanWord.incarnation(old) : 0;
        final int incarnation = ChunkWord.next(before);
        final int chunkIncarnation = ChunkWord.incarnation(chunks.word(chunk));
        Memory.putLongRelease(place, SpanWord.of(place - data, sizeClass, chunkIncarnation, incarnation));
        persistence.persist(place, SpanWord.BYTES);
        return incarnation;
    }

    /** Makes the descriptor of a page in a span that was just taken: nothing taken, active. */
    private void formatPage(
            final long page, final int chunk, final int span, final int sizeClass, final int incarnation) {
        final long descriptor = descriptors.core(page);
        final boolean first = descriptors.beginInitialisation(page);
        if (!first) {
            descriptors.lock(descriptor);
        }
        final int flags = first ? 0 : SlotPage.flags(descriptor);
        if (SlotPage.classOf(flags) >= 0) {
            // A sweep came by since the span has its word, found it all dead, and counted it.
            sparse.noteCapacity(-slotBytesOfPage(page));
            sparse.noteTaken(-takenBytes(page));
        }
        final long shape = layout.shape(page, chunk, span, sizeClass);
        final boolean isGood = Memory.isReadable(layout.addressOfPage(page), Pages.BYTES);
        for (int i = 0; i < CoreDescriptor.BITMAP_WORDS; i++) {
            Memory.putLong(descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES, 0);
        }
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, 0);
        Memory.putLong(descriptor + CoreDescriptor.RESERVED_OFFSET, shape);
        if (!isGood) {
            keepOut(descriptor, (int) (shape >>> SlotPage.CAPACITY_SHIFT), classes.bytesOf(sizeClass));
        }
        SlotPage.setFlags(
                descriptor, SlotPage.flagsOf(sizeClass, incarnation) | SlotPage.ACTIVE | (flags & SlotPage.LISTED));
        sparse.noteCapacity((long) SlotPage.capacity(descriptor) * classes.bytesOf(sizeClass));
        if (first) {
            descriptors.endInitialisation(page);
        } else {
            descriptors.unlock(descriptor);
        }
    }

    /** Takes all slots of a page that cannot be read. */
    private void keepOut(final long descriptor, final int capacity, final int slotBytes) {
        for (int slot = 0; slot < capacity; slot++) {
            final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (slot >>> 6) * Long.BYTES;
            Memory.putLong(word, Memory.getLong(word) | 1L << slot);
        }
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, capacity);
        sparse.noteTaken((long) capacity * slotBytes);
        quarantine.addSlots(capacity, (long) capacity * slotBytes);
    }

    /** Keeps a slot that was taken for a record of so many bytes out of use, as it cannot be written to, or its page's descriptor not be read. */
    void keepOut(final long bytes) {
        quarantine.addSlots(1, classes.bytesOf(classes.classFor(bytes)));
    }

    /** What a record of so many bytes bears in its header, in the slot that the caller has just taken. */
    int incarnationOfTaken(final Participant participant, final long bytes) {
        return Scratch.of(participant).spaceIncarnations[classes.classFor(bytes)];
    }

    // --------------------------------------------------------------------------------------------------- freeing

    /** Gives a slot back. Nobody can hold it any more; its page was initialised before it was unlinked. */
    void free(final long slot) {
        final long page = layout.pageOf(slot);
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = SlotPage.flags(descriptor);
        final long shape = SlotPage.shape(descriptor);
        final int sizeClass = SlotPage.classOf(flags); // none where the span was emptied, and given back too
        final int bit = sizeClass < 0
                ? 0
                : (int) ((slot - layout.addressOfPage(page) - (shape & SlotPage.FIRST_MASK))
                        / classes.bytesOf(sizeClass));
        final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (bit >>> 6) * Long.BYTES;
        final long bits = Memory.getLong(word);
        if (sizeClass < 0 || (bits & 1L << bit) == 0) {
            descriptors.unlock(descriptor);
            throw new CorruptStoreException("the slot at linear offset " + (slot - data)
                    + " was to be given back twice, as if two entries had pointed at it; verify the store");
        }
        Memory.putLong(word, bits & ~(1L << bit));
        sparse.noteTaken(-classes.bytesOf(sizeClass));
        final int left = SlotPage.count(descriptor) - 1;
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, left);
        offerLocked(page, descriptor, flags, left);
    }

    /** Puts a page that was just initialised, and the epoch of what was found dead in it has passed, to use. */
    void offer(final long page) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = SlotPage.flags(descriptor) & ~SlotPage.PENDING;
        SlotPage.setFlags(descriptor, flags);
        offerLocked(page, descriptor, flags, SlotPage.count(descriptor));
    }

    /** Gives out no free span of a chunk from here on; false when the chunk holds no slots any more. */
    boolean leaveChunk(final int chunk) {
        chunks.lock.lock();
        try {
            final boolean inUse = chunks.kindUnchecked(chunk) == ChunkWord.SLOTS && !chunks.isFree(chunk);
            if (inUse) {
                chunksWithSpans.remove(chunk);
                leavingChunks.add(chunk);
            }
            return inUse;
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Gives out the free spans of a chunk again, if it is still being left. */
    void stayInChunk(final int chunk) {
        chunks.lock.lock();
        try {
            if (leavingChunks.checkedRemove(chunk)
                    && !PageBitmap.isAllClear(descriptors.chunkHeader(chunk), spansPerChunk)) {
                chunksWithSpans.add(chunk);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    /**
     * Collects the taken slots of a page whose records are on their way elsewhere.
     *
     * @return bytes of each; 0 when the page is none of those, as all that was in its span has gone, and it may be another class's by now
     */
    int takenOfLeaving(final long page, final LongArrayList addresses) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = SlotPage.flags(descriptor);
        final int sizeClass = SlotPage.classOf(flags);
        final boolean isLeaving = (flags & SlotPage.LEAVING) != 0 && sizeClass >= 0;
        final int size = isLeaving ? classes.bytesOf(sizeClass) : 0;
        final long first = layout.addressOfPage(page) + (SlotPage.shape(descriptor) & SlotPage.FIRST_MASK);
        for (int slot = 0; isLeaving && slot < SlotPage.capacity(descriptor); slot++) {
            if (SlotPage.isTaken(descriptor, slot)) {
                addresses.addLong(first + (long) slot * size);
            }
        }
        descriptors.unlock(descriptor);
        return size;
    }

    /** Puts pages of a span whose records stay to use again. */
    void stay(final long firstPage, final long end) {
        for (long page = firstPage; page < end; page++) {
            if (!descriptors.isReadable(page)) {
                continue;
            }
            final long descriptor = descriptors.core(page);
            descriptors.lock(descriptor);
            final int flags = SlotPage.flags(descriptor) & ~SlotPage.LEAVING;
            SlotPage.setFlags(descriptor, flags);
            offerLocked(page, descriptor, flags, SlotPage.count(descriptor));
        }
    }

    /** Lists every page with any free slot, however few, and where its class looks; for when space is short. */
    void offerAll() {
        for (int sizeClass = 0; sizeClass < classes.count(); sizeClass++) {
            settleList(sizeClass);
        }
        final long end = layout.pageOf(chunks.addressOf(chunks.highWater()));
        for (long page = 0; page < end; page++) {
            if (descriptors.state(page) != Descriptors.State.INITIALISED) {
                continue;
            }
            final long descriptor = descriptors.core(page);
            if (!isOfferable(descriptor)) { // a look without the lock: mostly there is nothing to do
                continue;
            }
            descriptors.lock(descriptor);
            final int flags = SlotPage.flags(descriptor);
            final boolean list = isOfferable(descriptor);
            if (list) {
                SlotPage.setFlags(descriptor, flags | SlotPage.LISTED);
            }
            descriptors.unlock(descriptor);
            if (list) {
                lists.push(SlotPage.classOf(flags), page);
            }
        }
    }

    /**
     * A page whose span has become another class's stays on the list that it was on, and LISTED, so that it is not found where it belongs: it
     * goes there.
     */
    private void settleList(final int sizeClass) {
        try {
            for (long page = lists.pop(sizeClass); page >= 0; page = lists.pop(sizeClass)) {
                final long descriptor = descriptors.core(page);
                descriptors.lock(descriptor);
                final int flags = SlotPage.flags(descriptor);
                final int owner = SlotPage.classOf(flags);
                final boolean usable = isUsable(descriptor, flags) && owner >= 0;
                SlotPage.setFlags(descriptor, usable ? flags : flags & ~SlotPage.LISTED);
                descriptors.unlock(descriptor);
                if (usable) {
                    lists.pushForeign(owner, page);
                }
            }
        } finally {
            lists.deliverForeign();
        }
    }

    private static boolean isUsable(final long descriptor, final int flags) {
        return (flags & (SlotPage.ACTIVE | SlotPage.LEAVING)) == 0
                && SlotPage.count(descriptor) < SlotPage.capacity(descriptor);
    }

    private static boolean isOfferable(final long descriptor) {
        final int flags = SlotPage.flags(descriptor);
        return (flags & (SlotPage.ACTIVE | SlotPage.PENDING | SlotPage.LISTED | SlotPage.LEAVING)) == 0
                && SlotPage.classOf(flags) >= 0
                && SlotPage.count(descriptor) < SlotPage.capacity(descriptor);
    }

    /** Lists a page with room, frees a span without records; releases the descriptor's lock. */
    private void offerLocked(final long page, final long descriptor, final int flags, final int taken) {
        final int capacity = SlotPage.capacity(descriptor);
        final boolean idle = (flags & (SlotPage.ACTIVE | SlotPage.PENDING)) == 0 && SlotPage.classOf(flags) >= 0;
        final boolean list = idle
                && (flags & (SlotPage.LISTED | SlotPage.LEAVING)) == 0
                && capacity - taken >= Math.max(1, capacity / LISTED_FRACTION);
        if (list) {
            SlotPage.setFlags(descriptor, flags | SlotPage.LISTED);
        }
        descriptors.unlock(descriptor);
        if (list) {
            lists.push(SlotPage.classOf(flags), page);
        }
        if (idle && taken == 0) {
            freeSpanIfEmpty(page);
        }
    }

    private void freeSpanIfEmpty(final long page) {
        final int chunk = layout.chunkOfPage(page);
        final int span = layout.spanOf(chunk, page);
        final long first = layout.firstPageOf(chunk) + (long) span * spanPages;
        VarHandle.fullFence(); // of two that empty the last two pages, one sees what the other has stored
        for (long p = first; p < first + spanPages; p++) { // a look without locks: mostly some page is in use
            if (!descriptors.isInitialised(p) || !isEmptyAndIdle(descriptors.core(p))) {
                return;
            }
        }
        long locked = first;
        boolean empty = true;
        for (; locked < first + spanPages && empty; locked++) {
            descriptors.lock(descriptors.core(locked));
            empty = isEmptyAndIdle(descriptors.core(locked));
        }
        for (long p = first; p < locked; p++) {
            final long descriptor = descriptors.core(p);
            if (empty) {
                final int flags = SlotPage.flags(descriptor);
                final int size = classes.bytesOf(SlotPage.classOf(flags));
                sparse.noteCapacity(-(long) SlotPage.capacity(descriptor) * size);
                SlotPage.setFlags(descriptor, flags & ~(SlotPage.CLASS_MASK | SlotPage.LEAVING));
            }
            descriptors.unlock(descriptor);
        }
        if (empty) {
            giveBackSpan(chunk, span);
        }
    }

    private void giveBackSpan(final int chunk, final int span) {
        chunks.lock.lock();
        try {
            PageBitmap.set(chunks.header(chunk), span, 1);
            listFreeSpans(chunk);
        } finally {
            chunks.lock.unlock();
        }
    }

    /** Lists a chunk that has free spans, unless it is being left; one that has nothing else is free itself. */
    private void listFreeSpans(final int chunk) {
        chunks.lock.lock();
        try {
            if (PageBitmap.countSet(chunks.header(chunk), spansPerChunk) == spansPerChunk) {
                chunksWithSpans.remove(chunk);
                leavingChunks.remove(chunk);
                chunks.release(chunk);
            } else if (!leavingChunks.contains(chunk)) {
                chunksWithSpans.add(chunk);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    private boolean isEmptyAndIdle(final long descriptor) {
        final int flags = SlotPage.flags(descriptor);
        return (flags & (SlotPage.ACTIVE | SlotPage.PENDING)) == 0
                && SlotPage.classOf(flags) >= 0
                && SlotPage.count(descriptor) == 0;
    }

    // ------------------------------------------------------------------------------------------------ first touch

    /** First touch of a slot chunk that an earlier open left: finds its spans that are not in use. */
    void initialiseChunk(final int chunk) {
        firstTouch.initialiseChunk(chunk, this::listFreeSpans);
    }

    /** First touch of a page that an earlier open left: see {@link SlotFirstTouch}. */
    void initialisePage(final Participant participant, final long page) {
        firstTouch.initialisePage(participant, page);
    }

    /** Whether a page of an initialised slot chunk lies in a span that has a class, so that there is something to judge. */
    boolean isPageInUse(final int chunk, final int pageInChunk) {
        return !PageBitmap.get(descriptors.chunkHeader(chunk), pageInChunk / spanPages);
    }

    // ------------------------------------------------------------------------------------------------------ audit

    /** Whether an address is a slot of an initialised page, and taken. */
    boolean isTaken(final long address) {
        final long page = layout.pageOf(address);
        final long descriptor = descriptors.core(page);
        final int sizeClass = descriptors.isInitialised(page) ? SlotPage.classOf(SlotPage.flags(descriptor)) : -1;
        if (sizeClass < 0) {
            return false;
        }
        final long shape = SlotPage.shape(descriptor);
        final long within = address - layout.addressOfPage(page) - (shape & SlotPage.FIRST_MASK);
        final int size = classes.bytesOf(sizeClass);
        if (within < 0 || within % size != 0 || within / size >= shape >>> SlotPage.CAPACITY_SHIFT) {
            return false;
        }
        return SlotPage.isTaken(descriptor, (int) (within / size));
    }

    /** Bytes from the start of a slot to its end, by the class of its page. */
    int slotBytes(final long address) {
        final int sizeClass = SlotPage.classOf(SlotPage.flags(descriptors.core(layout.pageOf(address))));
        return sizeClass < 0 ? 0 : classes.bytesOf(sizeClass);
    }

    /** Bytes of the slots that begin in an initialised page. A racy figure. */
    long slotBytesOfPage(final long page) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = SlotPage.classOf(SlotPage.flags(descriptor));
        return sizeClass < 0 ? 0 : (long) SlotPage.capacity(descriptor) * classes.bytesOf(sizeClass);
    }

    /** Of those, bytes of the slots that are taken or reserved. */
    long takenBytes(final long page) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = SlotPage.classOf(SlotPage.flags(descriptor));
        final int taken = Math.min(
                SlotPage.count(descriptor), SlotPage.capacity(descriptor)); // the page may be changing its class
        return sizeClass < 0 ? 0 : (long) taken * classes.bytesOf(sizeClass);
    }

    /** Visits every taken slot of an initialised page. */
    void forEachTaken(final long page, final Space.AddressVisitor visitor) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = SlotPage.classOf(SlotPage.flags(descriptor));
        final long shape = SlotPage.shape(descriptor);
        for (int slot = 0; sizeClass >= 0 && slot < shape >>> SlotPage.CAPACITY_SHIFT; slot++) {
            final long address = layout.addressOfPage(page)
                    + (shape & SlotPage.FIRST_MASK)
                    + (long) slot * classes.bytesOf(sizeClass);
            if (isTaken(address)) {
                visitor.visit(address, classes.bytesOf(sizeClass));
            }
        }
    }
}
