package org.ashlar.engine.index;

import java.util.Arrays;
import org.agrona.collections.LongArrayList;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.jfr.EngineEvents;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.Memory;

/**
 * Making room in a locked leaf: a place in its lines or its stash, a split, or a place in its overflow chain.
 *
 * <p><b>Split</b>, the order of steps and why: (1) both children are written whole, with no DIRTY bit, and persisted: nobody can see them;
 * then the parent's entries are marked FROZEN, durably, so that readers look at the forward word, in this open and the next; (2) the forward word is written with DIRTY: from now on the parent is frozen, and who meets the word persists it before going on, so
 * that no write is acknowledged in a child that a crash would cut off; (3) it is persisted: the commit; (4) DIRTY is cleared. Then, without
 * the lock, (5) the directory's words are replaced and persisted, and only then (6) the parent is retired. A crash before 3 leaves the
 * parent as it was, and two pages that nothing reaches; a crash after it leaves a directory that lags.
 *
 * <p>The next bit of the hash is in the tag, so a split reads no record, except at every eighth depth, where tags move to the next window
 * of the hash, and except for the entries of overflow chains.
 */
final class LeafSplit {
    private static final int CHILD_WORDS = IndexPage.BYTES / Long.BYTES;
    private static final int OVERFLOW_ENTRIES =
            (IndexPage.LINES - IndexPage.FIRST_BUCKET_LINE) * IndexPage.ENTRIES_PER_LINE;
    private static final int FILTER_WORD = IndexPage.FILTER_OFFSET / Long.BYTES;

    private final IndexContext context;
    private final FirstTouch firstTouch;
    private final Directory directory;
    private final int incarnation;

    LeafSplit(
            final IndexContext context, final FirstTouch firstTouch, final Directory directory, final int incarnation) {
        this.context = context;
        this.firstTouch = firstTouch;
        this.directory = directory;
        this.incarnation = incarnation;
    }

    // ------------------------------------------------------------------------------------------------------- room

    /** An empty place for an entry, in a locked page: in the emptier of the two lines, or in the stash, or 0. */
    long findRoom(final long page, final long hash, final int tag) {
        final long line1 = page + IndexPage.firstOffset(hash);
        final long line2 = page + IndexPage.secondOffset(hash);
        final int empty1 = IndexPage.empty(line1);
        final int empty2 = IndexPage.empty(line2);
        if ((empty1 | empty2) != 0) {
            return Integer.bitCount(empty1) >= Integer.bitCount(empty2)
                    ? entryAddress(line1, empty1)
                    : entryAddress(line2, empty2);
        }
        final long stashed = firstEmpty(page, IndexPage.FIRST_STASH_LINE);
        if (stashed != 0) {
            final long filter = Memory.getLong(page + IndexPage.FILTER_OFFSET);
            if ((filter & IndexPage.filterBit(tag)) == 0) {
                // Durable before the entry is: a reader looks into the stash only where the filter sends it.
                Memory.putLongRelease(page + IndexPage.FILTER_OFFSET, filter | IndexPage.filterBit(tag));
                context.persistence.persist(page + IndexPage.FILTER_OFFSET, Long.BYTES);
            }
        }
        return stashed;
    }

    private static long firstEmpty(final long page, final int fromLine) {
        for (int i = fromLine; i < IndexPage.LINES; i++) {
            final long line = IndexPage.line(page, i);
            final int empty = IndexPage.empty(line);
            if (empty != 0) {
                return entryAddress(line, empty);
            }
        }
        return 0;
    }

    private static long entryAddress(final long line, final int bits) {
        return IndexPage.entry(line, Integer.numberOfTrailingZeros(bits));
    }

    /** Whether the children of a full page would have room for a hash; not so when all that is in its way goes the same way. */
    boolean wouldMakeRoom(final long page, final int depth, final long hash, final int tag) {
        final int child = Entry.childOf(tag, depth);
        return (hasOfOtherChild(page, IndexPage.firstLine(hash), depth, child)
                        || hasOfOtherChild(page, IndexPage.secondLine(hash), depth, child)
                        || hasOfOtherChild(page, IndexPage.FIRST_STASH_LINE, depth, child)
                        || hasOfOtherChild(page, IndexPage.FIRST_STASH_LINE + 1, depth, child)
                        || hasOfOtherChild(page, IndexPage.FIRST_STASH_LINE + 2, depth, child))
                && directory.mayDeepen(depth, hash);
    }

    private static boolean hasOfOtherChild(final long page, final int line, final int depth, final int child) {
        for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
            final long entry = Memory.getLong(IndexPage.entry(IndexPage.line(page, line), j));
            if (Entry.childOf(Entry.tag(entry), depth) != child) {
                return true;
            }
        }
        return false;
    }

    /** A place in the overflow chain of a locked page, which gets a page more when it is full. */
    long makeOverflowRoom(final Participant participant, final long page, final int depth) {
        long last = page;
        final OverflowChain chain = new OverflowChain(context, page);
        for (long next = chain.next(); next != 0; next = chain.next()) {
            last = next;
            firstTouch.touch(participant, last);
            final long place = firstEmpty(last, IndexPage.FIRST_BUCKET_LINE);
            if (place != 0) {
                return place;
            }
        }
        final long prefix = Memory.getLong(page + IndexPage.PREFIX_OFFSET);
        final long overflow = context.allocatePage(participant, incarnation);
        writeOverflow(overflow, depth, prefix, new LongArrayList(), 0, 0);
        Memory.putLongRelease(last + IndexPage.OVERFLOW_OFFSET, LeafWord.of(context.pageNumber(overflow), depth));
        context.persistence.persist(
                last + IndexPage.OVERFLOW_OFFSET, Long.BYTES); // the link before any entry behind it
        return IndexPage.entry(IndexPage.line(overflow, IndexPage.FIRST_BUCKET_LINE), 0);
    }

    private void writeOverflow(
            final long page,
            final int depth,
            final long prefix,
            final LongArrayList entries,
            final int from,
            final long next) {
        final long[] words = new long[CHILD_WORDS];
        writeHeader(words, 0, IndexPage.OVERFLOW, depth, prefix, page);
        words[IndexPage.OVERFLOW_OFFSET / Long.BYTES] = next;
        final int count = Math.min(entries.size() - from, OVERFLOW_ENTRIES);
        for (int i = 0; i < count; i++) {
            final int line = IndexPage.FIRST_BUCKET_LINE + i / IndexPage.ENTRIES_PER_LINE;
            final int index = line * IndexPage.WORDS_PER_LINE + 1 + i % IndexPage.ENTRIES_PER_LINE;
            IndexPage.putIntoImage(words, index, entries.getLong(from + i));
        }
        Memory.copyIn(words, Memory.LONG_ARRAY_BASE, page, IndexPage.BYTES);
        context.persistence.persist(page, IndexPage.BYTES);
    }

    private void writeHeader(
            final long[] words, final int base, final int kind, final int depth, final long prefix, final long page) {
        final long identity = IndexPage.identity(kind, depth, incarnation);
        words[base + IndexPage.IDENTITY_OFFSET / Long.BYTES] = identity;
        words[base + IndexPage.PREFIX_OFFSET / Long.BYTES] = prefix;
        words[base + IndexPage.CHECK_OFFSET / Long.BYTES] = IndexPage.check(identity, prefix, page - context.data);
    }

    // ------------------------------------------------------------------------------------------------------ split

    /** Splits a locked page, steps 1 to 4. The page stays locked, and frozen. */
    void split(final Participant participant, final long page, final int depth) {
        final EngineEvents.Split event = EngineEvents.get().splitBegins();
        final long prefix = Memory.getLong(page + IndexPage.PREFIX_OFFSET);
        final Scratch scratch = Scratch.of(participant);
        final long[] words = scratch.words();
        Arrays.fill(words, 0);
        distribute(participant, page, depth, words);
        final LongArrayList[] spilled = scratch.spilled;
        final LongArrayList taken = scratch.takenPages; // given back when there is no room for all
        taken.clear();
        try {
            final long child0 = takePage(participant, taken);
            final long child1 = takePage(participant, taken);
            final long child1Prefix = prefix | 1L << (Long.SIZE - 1 - depth);
            if (!ForwardWord.fits(context.pageNumber(child0), context.pageNumber(child1))) {
                throw new StoreFullException("no two index pages near enough to each other", IndexPage.BYTES, 0, null);
            }
            final int overflowWord = IndexPage.OVERFLOW_OFFSET / Long.BYTES;
            words[overflowWord] = writeSpilled(participant, spilled[0], depth + 1, prefix, taken);
            words[CHILD_WORDS + overflowWord] = writeSpilled(participant, spilled[1], depth + 1, child1Prefix, taken);
            writeHeader(words, 0, IndexPage.LEAF, depth + 1, prefix, child0);
            writeHeader(words, CHILD_WORDS, IndexPage.LEAF, depth + 1, child1Prefix, child1);
            // 1. the children, durable before anything leads to them
            Memory.copyIn(words, Memory.LONG_ARRAY_BASE, child0, IndexPage.BYTES);
            Memory.copyIn(words, Memory.LONG_ARRAY_BASE + IndexPage.BYTES, child1, IndexPage.BYTES);
            context.persistence.persist(child0, IndexPage.BYTES);
            context.persistence.persist(child1, IndexPage.BYTES);
            freeze(page); // nothing after this can fail
            // A directory that lags, for want of room, leads the readers of the next open here: they must find the
            // marks.
            context.persistence.persist(page, IndexPage.BYTES);
            commit(page, ForwardWord.of(context.pageNumber(child0), context.pageNumber(child1)));
        } catch (final StoreFullException e) {
            taken.forEachLong(context.space::releaseUnpublishedIndexPage);
            throw e;
        }
        context.splits.increment();
        retireChain(participant, page);
        event.ends(context.space.pool().path(), depth);
    }

    /**
     * Marks every entry, so that readers who find one look at the forward word before they trust it. Visible and durable before the forward
     * word is. Without a forward word the marks mean nothing, and the first touch of a later open takes them off.
     */
    private static void freeze(final long page) {
        for (int i = IndexPage.FIRST_BUCKET_LINE; i < IndexPage.LINES; i++) {
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long address = IndexPage.entry(IndexPage.line(page, i), j);
                final long entry = Memory.getLong(address);
                if (Entry.hasRecord(entry)) {
                    Memory.putLongRelease(address, entry | Entry.FROZEN);
                }
            }
        }
    }

    private void commit(final long page, final long forward) {
        Memory.putLongRelease(
                page + IndexPage.FORWARD_OFFSET, forward | ForwardWord.DIRTY); // 2. frozen, with the warning
        context.persistence.persist(page + IndexPage.FORWARD_OFFSET, Long.BYTES); // 3. the commit
        Memory.putLongRelease(page + IndexPage.FORWARD_OFFSET, forward); // 4. no warning; need not be durable
    }

    private long takePage(final Participant participant, final LongArrayList taken) {
        final long page = context.allocatePage(participant, incarnation);
        taken.addLong(page);
        return page;
    }

    /** The overflow pages of a split page are reached through it only. */
    private void retireChain(final Participant participant, final long page) {
        if (!OverflowChain.isAt(page)) {
            return;
        }
        final OverflowChain chain = new OverflowChain(context, page);
        for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
            context.space.retireIndexPage(participant, overflow);
        }
    }

    private long writeSpilled(
            final Participant participant,
            final LongArrayList entries,
            final int depth,
            final long prefix,
            final LongArrayList taken) {
        long next = 0;
        for (int from = (entries.size() - 1) / OVERFLOW_ENTRIES * OVERFLOW_ENTRIES;
                from >= 0 && !entries.isEmpty();
                from -= OVERFLOW_ENTRIES) {
            final long page = takePage(participant, taken);
            writeOverflow(page, depth, prefix, entries, from, next);
            next = LeafWord.of(context.pageNumber(page), depth);
        }
        return next;
    }

    /** Fills the images of both children; what fits in neither lines nor stash goes to the scratch space, by child. */
    private void distribute(final Participant participant, final long page, final int depth, final long[] words) {
        final boolean newWindow = Entry.windowOf(depth + 1) != Entry.windowOf(depth);
        for (int i = IndexPage.FIRST_BUCKET_LINE; i < IndexPage.LINES; i++) {
            int used0 = i * IndexPage.WORDS_PER_LINE + 1;
            int used1 = CHILD_WORDS + used0;
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long entry = Memory.getLong(IndexPage.entry(IndexPage.line(page, i), j));
                if (Entry.hasRecord(entry)) {
                    final int child = Entry.childOf(Entry.tag(entry), depth);
                    final long moved = newWindow ? retag(entry, depth) : entry;
                    // An entry keeps its line: that depends on the hash alone.
                    IndexPage.putIntoImage(words, child == 0 ? used0++ : used1++, moved);
                    if (i >= IndexPage.FIRST_STASH_LINE) {
                        words[child * CHILD_WORDS + FILTER_WORD] |= IndexPage.filterBit(Entry.tag(moved));
                    }
                }
            }
        }
        final LongArrayList[] spilled = Scratch.of(participant).spilled;
        spilled[0].clear();
        spilled[1].clear();
        if (!OverflowChain.isAt(page)) {
            return;
        }
        final OverflowChain chain = new OverflowChain(context, page);
        for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
            firstTouch.touch(participant, overflow);
            for (int i = IndexPage.FIRST_BUCKET_LINE; i < IndexPage.LINES; i++) {
                for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                    final long entry = Memory.getLong(IndexPage.entry(IndexPage.line(overflow, i), j));
                    if (Entry.hasRecord(entry)) {
                        final int child = Entry.childOf(Entry.tag(entry), depth);
                        place(entry, depth, words, child * CHILD_WORDS, spilled[child]);
                    }
                }
            }
        }
    }

    private long retag(final long entry, final int depth) {
        return Entry.of(Entry.tagOf(hashOfEntry(entry, depth), depth + 1), Entry.linearOffset(entry));
    }

    private long hashOfEntry(final long entry, final int depth) {
        final long record = context.recordOf(entry);
        context.recordsReadBySplits.increment();
        Leaf.checkBelongs(context, record, Entry.tag(entry), depth, incarnation);
        return context.hashOf(record);
    }

    /** Finds a place for an entry of an overflow chain in the image of a child. */
    private void place(
            final long entry, final int depth, final long[] words, final int base, final LongArrayList spilled) {
        final long hash = hashOfEntry(entry, depth);
        final long moved = Entry.of(Entry.tagOf(hash, depth + 1), Entry.linearOffset(entry));
        if (placeInLine(moved, words, base + IndexPage.firstLine(hash) * IndexPage.WORDS_PER_LINE)
                || placeInLine(moved, words, base + IndexPage.secondLine(hash) * IndexPage.WORDS_PER_LINE)) {
            return;
        }
        for (int line = IndexPage.FIRST_STASH_LINE; line < IndexPage.LINES; line++) {
            if (placeInLine(moved, words, base + line * IndexPage.WORDS_PER_LINE)) {
                words[base + FILTER_WORD] |= IndexPage.filterBit(Entry.tag(moved));
                return;
            }
        }
        spilled.addLong(moved);
    }

    private static boolean placeInLine(final long entry, final long[] words, final int first) {
        for (int i = first + 1; i < first + IndexPage.WORDS_PER_LINE; i++) {
            if (words[i] == 0) {
                IndexPage.putIntoImage(words, i, entry);
                return true;
            }
        }
        return false;
    }
}
