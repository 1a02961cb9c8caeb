package org.ashlar.engine.space;

import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.engine.epoch.Epochs;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Scratch;
import org.ashlar.pmem.ChunkHeader;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Descriptors;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.Persistence;
import org.ashlar.pmem.Pool;
import org.roaringbitmap.RoaringBitmap;

/**
 * Records in slots: chunks of spans, spans of slots of one size.
 *
 * <p>A slot belongs to the page in which it begins, and that page's descriptor says whether it is taken. Each participant fills
 * one <em>active</em> page per size class, all of whose free slots it reserves at once; a page that is not active and has enough free slots is on its class's list. The lists are
 * linked through the descriptors, so they cost no heap. A page stays on a list until it is popped, even if its span has
 * changed its class meanwhile; the popper looks.
 *
 * <p>Descriptor fields, under the descriptor's lock: bitmap (a set bit: taken), count (bits set), flags ({@link #ACTIVE},
 * {@link #LISTED}, {@link #PENDING}, size class plus one, span incarnation), next (list link: page plus one), reserved (offset of the first slot in
 * the page, and number of slots that begin in it).
 */
final class SlotSpace {
    private static final int ACTIVE = 2;
    private static final int LISTED = 4;

    /** Judged in this open, and an epoch has to pass before what was found dead in it may be used. */
    private static final int PENDING = 8;

    private static final int CLASS_SHIFT = 8;
    private static final int CLASS_MASK = 0xFF << CLASS_SHIFT;
    private static final int INCARNATION_SHIFT = 16;
    private static final int CAPACITY_SHIFT = 16;
    private static final int FIRST_MASK = 0xFFFF;

    /** A page goes on its class's list when a quarter of it is free. */
    private static final int LISTED_FRACTION = 4;

    private final Chunks chunks;
    private final Descriptors descriptors;
    private final Persistence persistence;
    private final Epochs epochs;
    private final Liveness liveness;
    private final SizeClasses classes;
    private final PageLists lists;
    private final Quarantine quarantine;
    private final long data;
    private final int spanPages;
    private final int spansPerChunk;
    private final int tableBytes;

    /** Chunks whose header shows a free span; under the space lock. */
    private final RoaringBitmap chunksWithSpans = new RoaringBitmap();

    SlotSpace(
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
        persistence = pool.persistence();
        data = pool.dataAddress();
        final int pages = pool.geometry().pagesPerChunk();
        spanPages = spanPages(pages);
        spansPerChunk = pages / spanPages;
        tableBytes = Math.max(spansPerChunk * SpanWord.BYTES, 256);
        classes = new SizeClasses(spanPages << Pages.SHIFT);
        lists = new PageLists(classes.count(), descriptors);
    }

    /** Pages of a span: 16, or a quarter of a small chunk. */
    static int spanPages(final int pagesPerChunk) {
        return Math.min(16, pagesPerChunk / 4);
    }

    SizeClasses classes() {
        return classes;
    }

    private long pageOf(final long address) {
        return (address - data) >>> Pages.SHIFT;
    }

    private long addressOfPage(final long page) {
        return data + (page << Pages.SHIFT);
    }

    // ------------------------------------------------------------------------------------------------ allocation

    /** Takes a slot of a class; its old content is garbage. Touches no shared memory but once per page. */
    long allocate(final Participant participant, final int sizeClass, final Space space) {
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
            if (scratch.activePages[sizeClass] != 0) {
                deactivate(scratch.activePages[sizeClass] - 1);
                scratch.activePages[sizeClass] = 0;
            }
            final long page = nextPage(participant, sizeClass, space);
            scratch.activePages[sizeClass] = page + 1;
            reserve(scratch, sizeClass, page);
        }
    }

    /** Takes all free slots of an active page at once, for its owner to use one by one. */
    private void reserve(final Scratch scratch, final int sizeClass, final long page) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final long shape = Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET);
        final int capacity = (int) (shape >>> CAPACITY_SHIFT);
        for (int i = 0; i < Scratch.RESERVED_WORDS; i++) {
            final int slots = Math.min(Long.SIZE, Math.max(0, capacity - i * Long.SIZE));
            final long all = slots == 0 ? 0 : -1L >>> (Long.SIZE - slots);
            final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES;
            scratch.reserved[sizeClass * Scratch.RESERVED_WORDS + i] = all & ~Memory.getLong(word);
            Memory.putLong(word, all);
        }
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, capacity);
        descriptors.unlock(descriptor);
        scratch.firstSlots[sizeClass] = addressOfPage(page) + (shape & FIRST_MASK);
    }

    /** Makes reserved slots free again. By the owner of the scratch space, or while it is lent. */
    void giveBackReserved(final Scratch scratch) {
        for (int sizeClass = 0; sizeClass < classes.count(); sizeClass++) {
            final long page = scratch.activePages[sizeClass] - 1;
            if (page >= 0) {
                scratch.activePages[sizeClass] = 0;
                giveBackReserved(scratch, sizeClass, page);
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
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, count(descriptor) - given);
        descriptors.unlock(descriptor);
        deactivate(page);
    }

    /** A page with free slots that is now active for the caller. */
    private long nextPage(final Participant participant, final int sizeClass, final Space space) {
        long listed = popListed(sizeClass);
        if (listed < 0 && space.sweepSome(participant)) { // once: a put looks at few of the pages of earlier opens
            listed = popListed(sizeClass);
        }
        if (listed >= 0) {
            return listed;
        }
        final ReentrantLock lock = lists.lock(sizeClass);
        lock.lock();
        try {
            while (true) {
                for (long page = lists.takeFresh(sizeClass); page >= 0; page = lists.takeFresh(sizeClass)) {
                    if (capacity(descriptors.core(page)) > 0) {
                        return page;
                    }
                    deactivate(page); // a page in which no slot begins
                }
                final long span = takeSpan(sizeClass, space);
                lists.setFresh(sizeClass, span, span + spanPages);
            }
        } finally {
            lock.unlock();
        }
    }

    private long popListed(final int sizeClass) {
        final ReentrantLock lock = lists.lock(sizeClass);
        lock.lock();
        try {
            while (true) {
                final long page = lists.pop(sizeClass);
                if (page < 0) {
                    return -1;
                }
                final long descriptor = descriptors.core(page);
                descriptors.lock(descriptor);
                final int flags = flags(descriptor) & ~LISTED;
                final int owner = classOf(flags);
                final boolean usable = (flags & ACTIVE) == 0 && count(descriptor) < capacity(descriptor);
                final boolean mine = usable && owner == sizeClass;
                final boolean elsewhere = usable && owner >= 0 && owner != sizeClass;
                Memory.putInt(
                        descriptor + CoreDescriptor.FLAGS_OFFSET,
                        mine ? flags | ACTIVE : elsewhere ? flags | LISTED : flags);
                descriptors.unlock(descriptor);
                if (mine) {
                    return page;
                }
                if (elsewhere) {
                    lists.pushForeign(owner, page);
                }
            }
        } finally {
            lock.unlock();
            lists.deliverForeign();
        }
    }

    /** Ends the activity of a page; if there is room in it, others may have it. */
    private void deactivate(final long page) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = flags(descriptor) & ~ACTIVE;
        Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags);
        offerLocked(page, descriptor, flags, count(descriptor));
    }

    /** A free span, its word durable and its pages initialised and active; returns its first page. */
    private long takeSpan(final int sizeClass, final Space space) {
        chunks.lock.lock();
        try {
            if (chunksWithSpans.isEmpty()) {
                final int chunk = space.takeChunk(ChunkWord.SLOTS);
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
            final int incarnation = publishSpan(chunk, span, sizeClass);
            final long first = pageOf(chunks.addressOf(chunk)) + (long) span * spanPages;
            for (long page = first; page < first + spanPages; page++) {
                formatPage(page, chunk, span, sizeClass, incarnation);
            }
            return first;
        } finally {
            chunks.lock.unlock();
        }
    }

    private int publishSpan(final int chunk, final int span, final int sizeClass) {
        final long place = chunks.addressOf(chunk) + (long) span * SpanWord.BYTES;
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
        final int listed = first ? 0 : flags(descriptor) & LISTED;
        for (int i = 0; i < CoreDescriptor.BITMAP_WORDS; i++) {
            Memory.putLong(descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES, 0);
        }
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, 0);
        Memory.putLong(descriptor + CoreDescriptor.RESERVED_OFFSET, shape(page, chunk, span, sizeClass));
        Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flagsOf(sizeClass, incarnation) | ACTIVE | listed);
        if (first) {
            descriptors.endInitialisation(page);
        } else {
            descriptors.unlock(descriptor);
        }
    }

    /** Where the slots of a page begin, and how many begin in it. */
    private long shape(final long page, final int chunk, final int span, final int sizeClass) {
        final int size = classes.bytesOf(sizeClass);
        final long begin = slotsBegin(chunk, span);
        final long end = chunks.addressOf(chunk) + (((long) (span + 1) * spanPages) << Pages.SHIFT);
        final long slots = (end - begin) / size;
        final long address = addressOfPage(page);
        final long before = address <= begin ? 0 : (address - begin + size - 1) / size;
        final long after = Math.min(slots, (address + Pages.BYTES - begin + size - 1) / size);
        if (after <= before) {
            return 0;
        }
        return begin + before * size - address | (after - before) << CAPACITY_SHIFT;
    }

    /** First byte of a span's first slot; the first span gives up a few bytes to the table of span words. */
    private long slotsBegin(final int chunk, final int span) {
        return chunks.addressOf(chunk) + (span == 0 ? tableBytes : ((long) span * spanPages) << Pages.SHIFT);
    }

    /** What a record in this slot bears in its header. */
    int incarnationAt(final long slot) {
        return flags(descriptors.core(pageOf(slot))) >>> INCARNATION_SHIFT;
    }

    // --------------------------------------------------------------------------------------------------- freeing

    /** Gives a slot back. Nobody can hold it any more; its page was initialised before it was unlinked. */
    void free(final long slot) {
        final long page = pageOf(slot);
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = flags(descriptor);
        final long shape = Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET);
        final int bit = (int) ((slot - addressOfPage(page) - (shape & FIRST_MASK)) / classes.bytesOf(classOf(flags)));
        final long word = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (bit >>> 6) * Long.BYTES;
        final long bits = Memory.getLong(word);
        if ((bits & 1L << bit) == 0) {
            descriptors.unlock(descriptor);
            throw new IllegalStateException("the slot at linear offset " + (slot - data) + " was freed twice");
        }
        Memory.putLong(word, bits & ~(1L << bit));
        final int left = count(descriptor) - 1;
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, left);
        offerLocked(page, descriptor, flags, left);
    }

    /** Puts a page that was just initialised, and the epoch of what was found dead in it has passed, to use. */
    void offer(final long page) {
        final long descriptor = descriptors.core(page);
        descriptors.lock(descriptor);
        final int flags = flags(descriptor) & ~PENDING;
        Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags);
        offerLocked(page, descriptor, flags, count(descriptor));
    }

    /** Lists every page with any free slot, however few; for when space is short. */
    void offerAll() {
        final long end = pageOf(chunks.addressOf(chunks.highWater()));
        for (long page = 0; page < end; page++) {
            if (!descriptors.isInitialised(page)) {
                continue;
            }
            final long descriptor = descriptors.core(page);
            if (!isOfferable(descriptor)) { // a look without the lock: mostly there is nothing to do
                continue;
            }
            descriptors.lock(descriptor);
            final int flags = flags(descriptor);
            final boolean list = isOfferable(descriptor);
            if (list) {
                Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags | LISTED);
            }
            descriptors.unlock(descriptor);
            if (list) {
                lists.push(classOf(flags), page);
            }
        }
    }

    private static boolean isOfferable(final long descriptor) {
        final int flags = flags(descriptor);
        return (flags & (ACTIVE | PENDING | LISTED)) == 0
                && classOf(flags) >= 0
                && count(descriptor) < capacity(descriptor);
    }

    /** Lists a page with room, frees a span without records; releases the descriptor's lock. */
    private void offerLocked(final long page, final long descriptor, final int flags, final int taken) {
        final int capacity = capacity(descriptor);
        final boolean idle = (flags & (ACTIVE | PENDING)) == 0 && classOf(flags) >= 0;
        final boolean list =
                idle && (flags & LISTED) == 0 && capacity - taken >= Math.max(1, capacity / LISTED_FRACTION);
        if (list) {
            Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags | LISTED);
        }
        descriptors.unlock(descriptor);
        if (list) {
            lists.push(classOf(flags), page);
        }
        if (idle && taken == 0) {
            freeSpanIfEmpty(page);
        }
    }

    private void freeSpanIfEmpty(final long page) {
        final int chunk = chunks.chunkOf(addressOfPage(page));
        final long chunkPage = pageOf(chunks.addressOf(chunk));
        final int span = (int) (page - chunkPage) / spanPages;
        final long first = chunkPage + (long) span * spanPages;
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
                Memory.putInt(descriptor + CoreDescriptor.FLAGS_OFFSET, flags(descriptor) & ~CLASS_MASK);
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
            final long header = descriptors.chunkHeader(chunk);
            PageBitmap.set(header, span, 1);
            chunksWithSpans.add(chunk);
            if (PageBitmap.countSet(header, spansPerChunk) == spansPerChunk) {
                chunksWithSpans.remove(chunk);
                chunks.release(chunk);
            }
        } finally {
            chunks.lock.unlock();
        }
    }

    private boolean isEmptyAndIdle(final long descriptor) {
        final int flags = flags(descriptor);
        return (flags & (ACTIVE | PENDING)) == 0 && classOf(flags) >= 0 && count(descriptor) == 0;
    }

    // ------------------------------------------------------------------------------------------------ first touch

    /** First touch of a slot chunk that an earlier open left: finds its spans that are not in use. */
    void initialiseChunk(final int chunk) {
        if (!descriptors.beginChunkInitialisation(chunk)) {
            return;
        }
        int unused = 0;
        try {
            final long header = descriptors.chunkHeader(chunk);
            chunks.settle(chunks.addressOf(chunk), (long) spansPerChunk * SpanWord.BYTES);
            for (int span = 0; span < spansPerChunk; span++) {
                if (spanWord(chunk, span) == 0) {
                    PageBitmap.set(header, span, 1);
                    unused++;
                }
            }
            Memory.settleFaults(); // before spans are given out because their words seemed to say so
        } catch (final RuntimeException | Error e) {
            descriptors.abandonChunkInitialisation(chunk);
            throw e;
        }
        descriptors.endChunkInitialisation(chunk);
        if (unused > 0) {
            chunks.lock.lock();
            try {
                if (unused == spansPerChunk) {
                    chunks.release(chunk);
                } else {
                    chunksWithSpans.add(chunk);
                }
            } finally {
                chunks.lock.unlock();
            }
        }
    }

    /** The word of a span in use, or 0. */
    private long spanWord(final int chunk, final int span) {
        final long place = chunks.addressOf(chunk) + (long) span * SpanWord.BYTES;
        final long word = Memory.getLongAcquire(place);
        return SpanWord.isValid(place - data, word, classes.count())
                        && SpanWord.chunkIncarnation(word) == ChunkWord.incarnation(chunks.word(chunk))
                ? word
                : 0;
    }

    /** Whether a page of an initialised slot chunk lies in a span that has a class, so that there is something to judge. */
    boolean isPageInUse(final int chunk, final int pageInChunk) {
        return !PageBitmap.get(descriptors.chunkHeader(chunk), pageInChunk / spanPages);
    }

    int spanPages() {
        return spanPages;
    }

    /**
     * First touch of a page that an earlier open left: judges each slot that begins in it, under the page's latch. What is dead
     * becomes free, but the page is offered for allocation only after an epoch.
     */
    void initialisePage(final Participant participant, final long page) {
        final int chunk = chunks.chunkOf(addressOfPage(page));
        final int span = (int) (page - pageOf(chunks.addressOf(chunk))) / spanPages;
        Memory.settleFaults(); // what was read before must not show between the taking of the latch and the try block
        if (!descriptors.beginInitialisation(page)) {
            return;
        }
        boolean room = false;
        try {
            final long word = spanWord(chunk, span);
            final long descriptor = descriptors.core(page);
            if (word != 0) {
                room = judgeSlots(
                        participant, page, descriptor, word, shape(page, chunk, span, SpanWord.sizeClass(word)));
            }
        } catch (final RuntimeException | Error e) {
            descriptors.abandonInitialisation(page);
            throw e;
        }
        descriptors.endInitialisation(page);
        if (room) {
            epochs.retire(participant, Space.offerPageCode(addressOfPage(page)));
        }
    }

    private boolean judgeSlots(
            final Participant participant, final long page, final long descriptor, final long word, final long shape) {
        int kept;
        try {
            kept = judgeEach(participant, page, descriptor, word, shape, false);
            Memory.settleFaults(); // once for the page, before anything found is relied on
        } catch (final InternalError e) {
            // The page is bad, or one of the index: each slot by itself, as most may still be told.
            kept = judgeEach(participant, page, descriptor, word, shape, true);
        }
        quarantine.addSlots(kept, (long) kept * classes.bytesOf(SpanWord.sizeClass(word)));
        int taken = 0;
        for (int i = 0; i < CoreDescriptor.BITMAP_WORDS; i++) {
            taken += Long.bitCount(Memory.getLong(descriptor + CoreDescriptor.BITMAP_OFFSET + (long) i * Long.BYTES));
        }
        final int capacity = (int) (shape >>> CAPACITY_SHIFT);
        Memory.putInt(descriptor + CoreDescriptor.COUNT_OFFSET, taken);
        Memory.putLong(descriptor + CoreDescriptor.RESERVED_OFFSET, shape);
        final boolean room = taken < capacity || capacity == 0;
        Memory.putInt(
                descriptor + CoreDescriptor.FLAGS_OFFSET,
                flagsOf(SpanWord.sizeClass(word), SpanWord.incarnation(word)) | (room ? PENDING : 0));
        return room;
    }

    /** Sets the bitmap of a page to the slots that are not dead; how many of them are quarantined. */
    private int judgeEach(
            final Participant participant,
            final long page,
            final long descriptor,
            final long word,
            final long shape,
            final boolean despiteFaults) {
        final int size = classes.bytesOf(SpanWord.sizeClass(word));
        final int incarnation = SpanWord.incarnation(word);
        final int capacity = (int) (shape >>> CAPACITY_SHIFT);
        int kept = 0;
        for (int slot = 0; slot < capacity; slot++) {
            final long address = addressOfPage(page) + (shape & FIRST_MASK) + (long) slot * size;
            final RecordJudge.Verdict verdict = despiteFaults
                    ? RecordJudge.judgeDespiteFaults(participant, liveness, address, size, incarnation)
                    : RecordJudge.judge(participant, liveness, address, size, incarnation);
            kept += verdict == RecordJudge.Verdict.QUARANTINED ? 1 : 0;
            final long place = descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (slot >>> 6) * Long.BYTES;
            final long bits = Memory.getLong(place);
            Memory.putLong(place, verdict == RecordJudge.Verdict.DEAD ? bits & ~(1L << slot) : bits | 1L << slot);
        }
        return kept;
    }

    // ------------------------------------------------------------------------------------------------------ audit

    /** Whether an address is a slot of an initialised page, and taken. */
    boolean isTaken(final long address) {
        final long page = pageOf(address);
        final long descriptor = descriptors.core(page);
        if (!descriptors.isInitialised(page) || classOf(flags(descriptor)) < 0) {
            return false;
        }
        final long shape = Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET);
        final long within = address - addressOfPage(page) - (shape & FIRST_MASK);
        final int size = classes.bytesOf(classOf(flags(descriptor)));
        if (within < 0 || within % size != 0 || within / size >= shape >>> CAPACITY_SHIFT) {
            return false;
        }
        final int slot = (int) (within / size);
        return (Memory.getLong(descriptor + CoreDescriptor.BITMAP_OFFSET + (long) (slot >>> 6) * Long.BYTES)
                        & 1L << slot)
                != 0;
    }

    /** Bytes from the start of a slot to its end, by the class of its page. */
    int slotBytes(final long address) {
        final int sizeClass = classOf(flags(descriptors.core(pageOf(address))));
        return sizeClass < 0 ? 0 : classes.bytesOf(sizeClass);
    }

    /** Bytes of the slots that begin in an initialised page. A racy figure. */
    long slotBytesOfPage(final long page) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = classOf(flags(descriptor));
        return sizeClass < 0 ? 0 : (long) capacity(descriptor) * classes.bytesOf(sizeClass);
    }

    /** Of those, bytes of the slots that are taken or reserved. */
    long takenBytes(final long page) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = classOf(flags(descriptor));
        final int taken = Math.min(count(descriptor), capacity(descriptor)); // the page may be changing its class
        return sizeClass < 0 ? 0 : (long) taken * classes.bytesOf(sizeClass);
    }

    /** Visits every taken slot of an initialised page. */
    void forEachTaken(final long page, final Space.AddressVisitor visitor) {
        final long descriptor = descriptors.core(page);
        final int sizeClass = classOf(flags(descriptor));
        final long shape = Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET);
        for (int slot = 0; sizeClass >= 0 && slot < shape >>> CAPACITY_SHIFT; slot++) {
            final long address = addressOfPage(page) + (shape & FIRST_MASK) + (long) slot * classes.bytesOf(sizeClass);
            if (isTaken(address)) {
                visitor.visit(address, classes.bytesOf(sizeClass));
            }
        }
    }

    private static int flags(final long descriptor) {
        return Memory.getInt(descriptor + CoreDescriptor.FLAGS_OFFSET);
    }

    private static int count(final long descriptor) {
        return Memory.getInt(descriptor + CoreDescriptor.COUNT_OFFSET);
    }

    private static int capacity(final long descriptor) {
        return (int) (Memory.getLong(descriptor + CoreDescriptor.RESERVED_OFFSET) >>> CAPACITY_SHIFT);
    }

    private static int classOf(final int flags) {
        return ((flags & CLASS_MASK) >>> CLASS_SHIFT) - 1;
    }

    private static int flagsOf(final int sizeClass, final int incarnation) {
        return CoreDescriptor.CORE | (sizeClass + 1) << CLASS_SHIFT | incarnation << INCARNATION_SHIFT;
    }
}
