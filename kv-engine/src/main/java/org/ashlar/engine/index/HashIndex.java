package org.ashlar.engine.index;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongUnaryOperator;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/**
 * The index of one map: from keys to records.
 *
 * <p><b>Readers</b> take no lock and write nothing. They look at the two candidate lines; a key that is found there in an entry that
 * is not FROZEN is found. Otherwise they look at the header, the stash if its filter says so, the overflow chain if there is one,
 * <em>then</em> at the forward word: if it is set, what they saw may be stale, and they start again in the child. Entries never move
 * within a page and children are complete before the forward word is set, so a key that is there is found.
 *
 * <p><b>Writers</b> hold the page's lock, in its volatile descriptor, from the look-up until their entry is durable and its DIRTY bit
 * cleared. So under the lock no entry is DIRTY, but for those that a crash left, which the first touch has settled.
 *
 * <p><b>Durability</b>, the order of steps: the record is durable before the entry is written (the caller's part); the entry is
 * written with DIRTY, persisted, and rewritten without; only then may the old record be retired. A reader that meets DIRTY
 * persists first: nobody sees what a crash could take back.
 *
 * <p>After "Extendible hashing", Fagin et al. 1979; link-and-persist is from "Log-free concurrent data structures", David et al. 2018.
 */
public final class HashIndex {
    /** Expectation of {@link #put} and {@link #remove}: the key may have a record or not. */
    public static final long ANYTHING = -1;

    /** Expectation: the key has a record, whichever. */
    public static final long EXISTING = -2;

    /** Expectation: the key has no record. Any other expectation is the address of the record that the key must have. */
    public static final long ABSENT = 0;

    /** What {@link #put} and {@link #remove} return when the expectation was not met; nothing was changed. */
    public static final long REFUSED = -1;

    /** What {@link #visitLeaf} returns when the visitor ended the walk; no position of a leaf is odd. */
    public static final long ENDED = 1;

    private final IndexContext context;
    private final int incarnation;
    private final long mapBits;
    private final LongAdder count = new LongAdder();
    private final FirstTouch firstTouch;
    private final Directory directory;
    private final LeafSplit split;
    private final LeafWalk leaves;
    private volatile boolean countKnown;

    /**
     * The index of a map.
     *
     * @param context what all indexes share
     * @param incarnation of the map
     * @param rootAddress where the map's durable root word is
     * @param knownCount number of entries, or -1 when it is not known and has to be counted
     */
    public HashIndex(final IndexContext context, final int incarnation, final long rootAddress, final long knownCount) {
        this.context = context;
        this.incarnation = incarnation;
        mapBits = RecordHeader.mapBits(incarnation);
        countKnown = knownCount >= 0;
        if (countKnown) {
            count.add(knownCount);
        }
        firstTouch = new FirstTouch(context, count, !countKnown);
        directory = new Directory(context, firstTouch, incarnation, rootAddress);
        leaves = new LeafWalk(context, directory, incarnation);
        split = new LeafSplit(context, firstTouch, directory, incarnation);
    }

    /**
     * Makes the first leaf of a new map, durably.
     *
     * @param context what all indexes share
     * @param participant the caller's
     * @param incarnation of the map
     * @return the root word that names it
     */
    public static long plantLeaf(final IndexContext context, final Participant participant, final int incarnation) {
        final long page = context.allocatePage(participant, incarnation);
        final long identity = IndexPage.identity(IndexPage.LEAF, 0, incarnation);
        Memory.fill(page, IndexPage.BYTES, (byte) 0);
        Memory.putLong(page + IndexPage.IDENTITY_OFFSET, identity);
        Memory.putLong(page + IndexPage.CHECK_OFFSET, IndexPage.check(identity, 0, page - context.data));
        context.persistence.persist(page, IndexPage.BYTES);
        return LeafWord.of(context.pageNumber(page), 0);
    }

    // ---------------------------------------------------------------------------------------------------- reading

    /**
     * Finds the record of a key.
     *
     * @param hash of the key
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address
     * @param keyLength bytes
     * @return address of the record, valid while the caller's participant is in; 0 when there is none
     */
    public long find(final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final long record = findAtOnce(hash, keyBase, keyOffset, keyLength);
        return record != 0 ? record : findElsewhere(hash, keyBase, keyOffset, keyLength);
    }

    /**
     * Finds the record of a key where it is most of the time: in one of its two lines, in a plain entry, the first that has its tag. So little that
     * it can be part of its caller, and that the processor can begin with the next look-up while it waits for this one's cache misses.
     *
     * <p>Each of its loads but the first gets its address from the one before: so what a writer stored before it released a word is seen by who
     * has seen the word.
     *
     * @param hash of the key
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address
     * @param keyLength bytes
     * @return address of the record, its value within the space in use, valid while the caller's participant is in; 0 when only {@link #find}
     *     can tell
     */
    public long findAtOnce(final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        final IndexContext all = context;
        final long word = directory.routeAtOnce(all, hash);
        if (!all.isKnownPage(word)) {
            return 0;
        }
        final int tag = Entry.tagOf(hash, LeafWord.depth(word));
        final long page = all.data + LeafWord.linearOffset(word);
        final long line1 = page + IndexPage.firstOffset(hash);
        final long line2 = page + IndexPage.secondOffset(hash);
        final long match = IndexPage.match(line1, line2, tag);
        if (match == 0) {
            return 0;
        }
        final long line = IndexPage.matchedLine(line1, line2, match);
        final long difference = Entry.difference(Memory.getLongConsume(IndexPage.matched(line, match)), tag);
        final long record = all.data + Entry.plainOffset(difference);
        final long value = record + RecordHeader.BYTES + keyLength;
        final long end = all.knownEnd();
        // The page was not frozen when a plain entry was loaded.
        if (Entry.isPlain(difference) && value <= end && Keys.matches(record, mapBits, keyBase, keyOffset, keyLength)) {
            final int valueLength = RecordHeader.valueLength(record);
            if (valueLength >= 0 && value + valueLength <= end) {
                return record;
            }
        }
        return 0;
    }

    /**
     * Finds the record of a key as {@link #find} does, for who has asked {@link #findAtOnce} before: with DIRTY and FROZEN, stash, chain, children,
     * absence.
     *
     * @param hash of the key
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address
     * @param keyLength bytes
     * @return address of the record, valid while the caller's participant is in; 0 when there is none
     */
    public long findElsewhere(
            final long hash, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        long word = directory.route(hash);
        while (true) {
            final long page = context.pageOf(word);
            final int depth = LeafWord.depth(word);
            final int tag = Entry.tagOf(hash, depth);
            final long line1 = page + IndexPage.firstOffset(hash);
            final long line2 = page + IndexPage.secondOffset(hash);
            long record = findPlain(line1, tag, keyBase, keyOffset, keyLength);
            if (record == 0) {
                record = findPlain(line2, tag, keyBase, keyOffset, keyLength);
            }
            if (record != 0) {
                return record;
            }
            Leaf.check(context, page, depth, incarnation, hash);
            if (Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET) == 0) {
                // Not there, or DIRTY, or frozen by a split that is not committed yet.
                record = findAnywhere(page, line1, line2, depth, tag, keyBase, keyOffset, keyLength);
                if (record != 0) {
                    return record;
                }
            }
            final long forward = Leaf.durableForward(context, page);
            if (forward == 0) {
                return 0;
            }
            word = Leaf.childWord(forward, depth, hash);
        }
    }

    /** Among the entries of a line that are neither DIRTY nor FROZEN. */
    private long findPlain(
            final long line, final int tag, final @Nullable Object keyBase, final long keyOffset, final int keyLength) {
        for (long left = IndexPage.match(line, tag); left != 0; left &= left - 1) {
            final long difference = Entry.difference(Memory.getLongAcquire(IndexPage.matched(line, left)), tag);
            final long offset = Entry.plainOffset(difference);
            if (Entry.isPlain(difference) && context.isInUse(offset + RecordHeader.BYTES + keyLength)) {
                final long record = context.data + offset;
                if (Keys.matches(record, mapBits, keyBase, keyOffset, keyLength)) {
                    return record; // the page was not frozen when the entry was loaded
                }
            }
        }
        return 0;
    }

    /** In a page that was not split a moment ago: in both lines, the stash and the overflow chain. */
    private long findAnywhere(
            final long page,
            final long line1,
            final long line2,
            final int depth,
            final int tag,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        long record = findInLine(line1, depth, tag, keyBase, keyOffset, keyLength);
        if (record == 0) {
            record = findInLine(line2, depth, tag, keyBase, keyOffset, keyLength);
        }
        if (record != 0) {
            return record;
        }
        if ((Memory.getLongAcquire(page + IndexPage.FILTER_OFFSET) & IndexPage.filterBit(tag)) != 0) {
            record = findInLines(page, IndexPage.FIRST_STASH_LINE, depth, tag, keyBase, keyOffset, keyLength);
        }
        if (record == 0 && OverflowChain.isAt(page)) {
            final OverflowChain chain = new OverflowChain(context, page);
            for (long overflow = chain.next(); overflow != 0 && record == 0; overflow = chain.next()) {
                record = findInLines(overflow, IndexPage.FIRST_BUCKET_LINE, depth, tag, keyBase, keyOffset, keyLength);
            }
        }
        return record;
    }

    private long findInLines(
            final long page,
            final int firstLine,
            final int depth,
            final int tag,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        long record = 0;
        for (int i = firstLine; i < IndexPage.LINES && record == 0; i++) {
            record = findInLine(IndexPage.line(page, i), depth, tag, keyBase, keyOffset, keyLength);
        }
        return record;
    }

    private long findInLine(
            final long line,
            final int depth,
            final int tag,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        final long match = IndexPage.match(line, tag);
        return match == 0
                ? 0
                : Leaf.probe(context, line, match, tag, depth, incarnation, keyBase, keyOffset, keyLength);
    }

    /**
     * The word of the leaf that may hold a hash; the first of three steps that let the cache misses of many look-ups overlap.
     *
     * @param hash of the key
     * @return for {@link #touchLines}
     */
    public long route(final long hash) {
        return directory.route(hash);
    }

    /**
     * Loads the lines that a look-up will read first; the second step.
     *
     * @param word of the leaf
     * @param hash of the key
     * @return something that depends on what was loaded
     */
    public long touchLines(final long word, final long hash) {
        final long page = context.pageOf(word);
        return Memory.getLong(page + IndexPage.firstOffset(hash)) + Memory.getLong(page + IndexPage.secondOffset(hash));
    }

    /**
     * Loads the beginning of the record that a look-up will find, most likely; the third step.
     *
     * @param word of the leaf
     * @param hash of the key
     * @return something that depends on what was loaded
     */
    public long touchRecord(final long word, final long hash) {
        final long page = context.pageOf(word);
        final int tag = Entry.tagOf(hash, LeafWord.depth(word));
        final long line1 = page + IndexPage.firstOffset(hash);
        final long line2 = page + IndexPage.secondOffset(hash);
        final long match = IndexPage.match(line1, line2, tag);
        final long line = IndexPage.matchedLine(line1, line2, match);
        // Where nothing matches this is another word of the line: the checks below hold for any.
        final long difference = Entry.difference(Memory.getLongAcquire(IndexPage.matched(line, match)), tag);
        final long offset = Entry.plainOffset(difference);
        if (!Entry.isPlain(difference) || !context.isInUse(offset + 2L * Memory.LINE_BYTES)) {
            return 0;
        }
        // The next line only where it is in the same page: the one behind may be a hole.
        final long second =
                (offset & (IndexPage.BYTES - 1)) < IndexPage.BYTES - Memory.LINE_BYTES ? Memory.LINE_BYTES : 0;
        return Memory.getLong(context.data + offset) + Memory.getLong(context.data + offset + second);
    }

    // ---------------------------------------------------------------------------------------------------- writing

    /**
     * Loads the first words that a write for a hash will need, so that they come into the cache side by side, while the caller prepares
     * its record, or before it waits for the lock.
     *
     * @param hash of the key
     * @return something that depends on what was loaded
     * @throws InternalError where the descriptor of the leaf cannot be read: nothing can be written there
     */
    public long touch(final long hash) {
        final long page = context.pageOf(directory.route(hash));
        final long sum = Memory.getLong(page)
                + Memory.getLong(page + IndexPage.firstOffset(hash))
                + Memory.getLong(page + IndexPage.secondOffset(hash));
        final long number = context.pageNumber(page);
        return context.descriptors.isInitialised(number) ? sum : sum + 1;
    }

    /**
     * Makes a key's entry point at a record, durably.
     *
     * @param participant the caller's
     * @param hash of the key
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address
     * @param keyLength bytes
     * @param record address of the new record, which is durable
     * @param expected {@link #ANYTHING}, {@link #EXISTING}, {@link #ABSENT}, or the address of a record that the caller found in the
     *     same operation: records do not change, and no other can be at its place before the operation ends
     * @return address of the record that was replaced, to be retired by the caller; 0 when there was none; {@link #REFUSED}
     */
    public long put(
            final Participant participant,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final long record,
            final long expected) {
        while (true) {
            final long page = lockLeaf(participant, hash);
            boolean isSplit = false;
            try {
                final int depth = depthOf(page);
                final int tag = Entry.tagOf(hash, depth);
                final long entry = Entry.of(tag, record - context.data);
                final long place = findLocked(page, depth, hash, tag, keyBase, keyOffset, keyLength);
                if (place != 0) {
                    final long old = context.recordOf(Memory.getLong(place));
                    if (expected == ABSENT || (expected > 0 && expected != old)) {
                        return REFUSED; // for what is durable: no entry is DIRTY under the lock
                    }
                    prepareToReplace(participant, old);
                    publish(place, entry);
                    return old;
                }
                if (expected != ABSENT && expected != ANYTHING) {
                    return REFUSED;
                }
                final long room = split.findRoom(page, hash, tag);
                if (room != 0) {
                    publishInto(room, tag, entry);
                    return 0;
                }
                if (split.wouldMakeRoom(page, depth, hash, tag)) {
                    split.split(participant, page, depth);
                    isSplit = true;
                } else {
                    publishInto(split.makeOverflowRoom(participant, page, depth), tag, entry);
                    return 0;
                }
            } finally {
                unlock(page);
            }
            if (isSplit) {
                directory.replace(participant, page);
            }
        }
    }

    /**
     * Before a record is replaced. Operations on the catalog unlink several records, some of which stay in use. Deletes have their pages judged:
     * what they empty is what has to be known to keep the pool from growing.
     */
    private void prepareToReplace(final Participant participant, final long record) {
        if (incarnation < IndexContext.FIRST_INCARNATION) {
            context.space.prepareToUnlink(participant, record);
        } else {
            context.space.noteUnlinking(participant, record);
        }
    }

    private void prepareToRemove(final Participant participant, final long record) {
        if (incarnation < IndexContext.FIRST_INCARNATION || !context.space.noteUnjudgeable(participant, record)) {
            context.space.prepareToUnlink(participant, record);
        }
    }

    /** The protocol of an entry that was empty. */
    private void publishInto(final long place, final int tag, final long entry) {
        count.increment(); // first, as it waits for all earlier stores: the last one below misses the cache
        try {
            IndexPage.putShortTag(place, tag); // 0. durable no later than the entry: it is in the same cache line
            publish(place, entry);
        } catch (final RuntimeException | Error e) {
            count.decrement();
            throw e;
        }
    }

    /** The protocol of an entry; the page is locked, the record is durable. */
    private void publish(final long place, final long entry) {
        Memory.putLongRelease(place, entry | Entry.DIRTY); // 1. visible, with the warning
        Memory.checkStored(place, entry | Entry.DIRTY); // or what was there before would be retired
        context.persistence.persistChecked(place, Long.BYTES); // 2. durable
        Memory.putLongRelease(place, entry); // 3. no warning; need not be durable
    }

    /**
     * Removes the entry of a key, durably.
     *
     * @param participant the caller's
     * @param hash of the key
     * @param keyBase array that holds the key, or null
     * @param keyOffset offset from the base, or address
     * @param keyLength bytes
     * @param expected {@link #ANYTHING}, or the address of the record that the key must have, as for {@link #put}
     * @return address of the record that it pointed at, to be retired by the caller; 0 when there was none; {@link #REFUSED}
     */
    public long remove(
            final Participant participant,
            final long hash,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength,
            final long expected) {
        participant.keep(touch(hash)); // side by side: the lock lets no load behind it begin
        final long page = lockLeaf(participant, hash);
        try {
            final int depth = depthOf(page);
            final int tag = Entry.tagOf(hash, depth);
            final long place = findLocked(page, depth, hash, tag, keyBase, keyOffset, keyLength);
            if (place == 0) {
                return 0;
            }
            final long old = context.recordOf(Memory.getLong(place));
            if (expected != ANYTHING && expected != old) {
                return REFUSED;
            }
            prepareToRemove(participant, old);
            final long tombstone = Entry.of(tag, 0) | Entry.DIRTY;
            Memory.putLongRelease(place, tombstone); // 1. visible
            Memory.checkStored(place, tombstone); // or the record would be retired for nothing
            count.decrement(); // before the write-back, as in publishInto
            context.persistence.persistChecked(place, Long.BYTES); // 2. durable
            Memory.putLongRelease(place, 0); // 3. empty, and free for reuse; need not be durable
            return old;
        } finally {
            unlock(page);
        }
    }

    /** Where the entry of a key is in a locked leaf or its overflow chain; 0 where it is not. */
    private long findLocked(
            final long page,
            final int depth,
            final long hash,
            final int tag,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        long place = Leaf.placeIn(
                context, page + IndexPage.firstOffset(hash), tag, depth, incarnation, keyBase, keyOffset, keyLength);
        if (place == 0) {
            final long line2 = page + IndexPage.secondOffset(hash);
            place = Leaf.placeIn(context, line2, tag, depth, incarnation, keyBase, keyOffset, keyLength);
        }
        if (place == 0 && (Memory.getLong(page + IndexPage.FILTER_OFFSET) & IndexPage.filterBit(tag)) != 0) {
            place = placeInLines(page, IndexPage.FIRST_STASH_LINE, tag, depth, keyBase, keyOffset, keyLength);
        }
        if (place == 0 && OverflowChain.isAt(page)) {
            final OverflowChain chain = new OverflowChain(context, page);
            for (long overflow = chain.next(); overflow != 0 && place == 0; overflow = chain.next()) {
                place = placeInLines(overflow, IndexPage.FIRST_BUCKET_LINE, tag, depth, keyBase, keyOffset, keyLength);
            }
        }
        return place;
    }

    private long placeInLines(
            final long page,
            final int firstLine,
            final int tag,
            final int depth,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        long place = 0;
        for (int i = firstLine; i < IndexPage.LINES && place == 0; i++) {
            place = Leaf.placeIn(
                    context, IndexPage.line(page, i), tag, depth, incarnation, keyBase, keyOffset, keyLength);
        }
        return place;
    }

    /** The leaf that covers a hash, locked, initialised, not split. */
    private long lockLeaf(final Participant participant, final long hash) {
        while (true) {
            long word = directory.route(hash);
            boolean ledByDirectory = true;
            while (true) {
                final long page = context.pageOf(word);
                final int depth = LeafWord.depth(word);
                Leaf.check(context, page, depth, incarnation, hash);
                firstTouch.touch(participant, page);
                final long descriptor = context.descriptors.core(context.pageNumber(page));
                if (Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET) == 0) {
                    context.descriptors.lock(descriptor);
                    boolean isLeaf = false;
                    try {
                        isLeaf = Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET) == 0;
                        if (isLeaf) {
                            touchOverflow(participant, page);
                            context.extended.recordWrite(context.pageNumber(page));
                        }
                    } catch (final RuntimeException | Error e) {
                        context.descriptors.unlock(descriptor);
                        throw e;
                    }
                    if (isLeaf) {
                        return page;
                    }
                    context.descriptors.unlock(descriptor);
                }
                final long forward = Leaf.durableForward(context, page);
                if (ledByDirectory) {
                    directory.replace(participant, page);
                    ledByDirectory = false;
                }
                word = Leaf.childWord(forward, depth, hash);
            }
        }
    }

    private void unlock(final long page) {
        context.descriptors.unlock(context.descriptors.core(context.pageNumber(page)));
    }

    private static int depthOf(final long page) {
        return IndexPage.depth(Memory.getLong(page + IndexPage.IDENTITY_OFFSET));
    }

    /**
     * Gives the root word another place. It does not change meanwhile; the old place may be read until the operations that run now have
     * ended.
     *
     * @param place makes the place, durably, with the word that it is given; returns its address
     */
    public void moveRoot(final LongUnaryOperator place) {
        directory.moveRoot(place);
    }

    // ---------------------------------------------------------------------------------------------------- walking

    /** Sees the entries of a leaf page. */
    @FunctionalInterface
    public interface LeafVisitor {
        /**
         * One leaf, as it was at some instant while it was reachable.
         *
         * @param page address
         * @param records addresses of the records of its entries, overflow included
         * @param count how many of them
         * @return false to end the walk
         */
        boolean visit(long page, long[] records, int count);
    }

    /**
     * Walks the leaves in the order of their prefixes. An entry that is there throughout is in exactly one leaf that is visited.
     *
     * @param visitor sees each
     * @return false when the visitor ended it
     */
    public boolean walk(final LeafVisitor visitor) {
        long position = 0;
        do {
            position = visitLeaf(position, visitor);
        } while (position != 0 && position != ENDED);
        return position != ENDED;
    }

    /**
     * Visits the leaf that covers a hash. To visit all, begin with 0 and go on with what was returned.
     *
     * @param position the hash; any will do, also one that came from another index
     * @param visitor sees it
     * @return the position of the next leaf; 0 when this was the last; {@link #ENDED} when the visitor ended the walk
     */
    public long visitLeaf(final long position, final LeafVisitor visitor) {
        return leaves.visit(position, visitor);
    }

    /**
     * Checks that a leaf covers a hash.
     *
     * @param page address of a leaf of this map
     * @param hash of the key of a record that an entry there points at
     */
    public void checkPrefix(final long page, final long hash) {
        Leaf.check(context, page, depthOf(page), incarnation, hash);
    }

    // ---------------------------------------------------------------------------------------------------- giving back

    /**
     * What gives back all that the index of a map that is gone holds.
     *
     * @return a new one; it has no state of its own
     */
    public IndexRemoval removal() {
        return new IndexRemoval(context, directory, firstTouch, leaves, judge());
    }

    /**
     * Number of entries. When it is not known since the open, each index page is touched first.
     *
     * @param participant the caller's
     * @return the number
     */
    public long size(final Participant participant) {
        if (!countKnown) {
            walk((page, records, found) -> {
                touchChain(participant, page);
                return true;
            });
            countKnown = true;
        }
        return count.sum();
    }

    private void touchChain(final Participant participant, final long leaf) {
        firstTouch.touch(participant, leaf);
        touchOverflow(participant, leaf);
    }

    /** What is removed from a chain, or moved out of it, must have been counted and settled. */
    private void touchOverflow(final Participant participant, final long leaf) {
        if (OverflowChain.isAt(leaf)) {
            final OverflowChain chain = new OverflowChain(context, leaf);
            for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
                firstTouch.touch(participant, overflow);
            }
        }
    }

    /**
     * The number of entries, if it needs no counting.
     *
     * @return the number, or -1
     */
    public long knownCount() {
        return countKnown ? count.sum() : -1;
    }

    /**
     * The judge and auditor of this index.
     *
     * @return a new one; it has no state of its own
     */
    public IndexJudge judge() {
        return new IndexJudge(context, firstTouch, directory, incarnation);
    }
}
