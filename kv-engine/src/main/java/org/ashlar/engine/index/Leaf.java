package org.ashlar.engine.index;

import org.ashlar.engine.record.Keys;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;
import org.jspecify.annotations.Nullable;

/** Looking into one leaf page, without locks. */
final class Leaf {
    private Leaf() {}

    /** The forward word, without its DIRTY bit, durable when this returns; 0 when the page was not split. */
    static long durableForward(final IndexContext context, final long page) {
        final long forward = Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET);
        if (ForwardWord.isDirty(forward)) {
            context.persistence.persist(page + IndexPage.FORWARD_OFFSET, Long.BYTES);
        }
        return forward & ~ForwardWord.DIRTY;
    }

    /** The word of the child that covers a hash. */
    static long childWord(final long forward, final int depth, final long hash) {
        final int which = (int) (hash >>> (Long.SIZE - 1 - depth)) & 1;
        return LeafWord.of(ForwardWord.child(forward, which), depth + 1);
    }

    /** Checks that a page is the leaf that a word said. */
    static void check(
            final IndexContext context, final long page, final int depth, final int incarnation, final long hash) {
        if (Memory.getLong(page + IndexPage.IDENTITY_OFFSET) != IndexPage.identity(IndexPage.LEAF, depth, incarnation)
                || !IndexPage.hasPrefix(hash, Memory.getLong(page + IndexPage.PREFIX_OFFSET), depth)) {
            throw new CorruptStoreException("the index page at linear offset " + (page - context.data)
                    + " is not the leaf of depth " + depth + " that leads to hash 0x" + Long.toHexString(hash));
        }
    }

    /**
     * Looks for the entry of a key among those of a line that a match names; persists each DIRTY one that it meets.
     *
     * @return address of the record, or 0
     */
    static long probe(
            final IndexContext context,
            final long line,
            final long match,
            final int tag,
            final int depth,
            final int incarnation,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        for (long left = match; left != 0; left &= left - 1) {
            final long entry = Memory.getLongAcquire(IndexPage.matched(line, left));
            final long record = recordOf(context, entry, line, tag, depth, incarnation, keyBase, keyOffset, keyLength);
            if (record != 0) {
                return record;
            }
        }
        return 0;
    }

    /** The record that an entry points at, if it is that of a key; persists the entry's line first if it is DIRTY. */
    static long recordOf(
            final IndexContext context,
            final long entry,
            final long line,
            final int tag,
            final int depth,
            final int incarnation,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        if (Entry.isDirty(entry)) {
            context.persistence.persist(line, IndexPage.LINE_BYTES); // before anybody relies on it, or on its absence
        }
        if (!Entry.hasRecord(entry) || Entry.tag(entry) != tag) {
            return 0;
        }
        final long record = context.recordOf(entry);
        if (context.isInUse(record - context.data + RecordHeader.BYTES + keyLength)
                && Keys.matches(record, RecordHeader.mapBits(incarnation), keyBase, keyOffset, keyLength)) {
            return record;
        }
        checkBelongs(context, record, tag, depth, incarnation);
        return 0;
    }

    /** Where the entry of a key is in a line of a locked page; 0 where it is not. */
    static long placeIn(
            final IndexContext context,
            final long line,
            final int tag,
            final int depth,
            final int incarnation,
            final @Nullable Object keyBase,
            final long keyOffset,
            final int keyLength) {
        final long match = IndexPage.match(line, tag);
        if (match == 0) {
            return 0;
        }
        final long record = probe(context, line, match, tag, depth, incarnation, keyBase, keyOffset, keyLength);
        if (record == 0) {
            return 0;
        }
        long place = IndexPage.entry(line, 0);
        while (context.data + Entry.linearOffset(Memory.getLong(place)) != record) {
            place += Long.BYTES;
        }
        return place;
    }

    /** A record whose own hash does not fit the entry that points at it is corruption, not a miss. */
    static void checkBelongs(
            final IndexContext context, final long record, final int tag, final int depth, final int incarnation) {
        final long hash = context.hashOf(record);
        if (RecordHeader.mapIncarnation(record) != incarnation || Entry.tagOf(hash, depth) != tag) {
            throw new CorruptStoreException("the record at linear offset " + (record - context.data)
                    + " is not one that its index entry could point at; verify the store");
        }
    }
}
