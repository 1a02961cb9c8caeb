package org.ashlar.engine.index;

import org.ashlar.pmem.Memory;

/** Words of an index that lead somewhere else than they did. */
public final class IndexDamage {
    private IndexDamage() {}

    /** Makes the overflow chain of a leaf come back to its first page. */
    public static void closeChain(final long firstOverflow, final long word) {
        Memory.putLong(firstOverflow + IndexPage.OVERFLOW_OFFSET, word);
    }

    /** The word of the first overflow page of a leaf. */
    public static long chainOf(final long leaf) {
        return Memory.getLong(leaf + IndexPage.OVERFLOW_OFFSET);
    }

    /** Sets the word of the first overflow page of a leaf. */
    public static void setChain(final long leaf, final long word) {
        Memory.putLong(leaf + IndexPage.OVERFLOW_OFFSET, word);
    }

    /** The word of a page. */
    public static long word(final long pageNumber, final int depth) {
        return LeafWord.of(pageNumber, depth);
    }

    /** The forward word of a leaf. */
    public static void setForward(final long leaf, final long word) {
        Memory.putLong(leaf + IndexPage.FORWARD_OFFSET, word);
    }

    /** Sets the depth in the first word of a root record. */
    public static void setSegmentDepth(final long rootRecord, final int depth) {
        final long place = rootRecord + org.ashlar.engine.record.RecordHeader.BYTES + Integer.BYTES;
        final long word = Memory.getLong(place);
        Memory.putLong(place, LeafWord.of(LeafWord.page(word), depth));
    }

    /** What is done to an entry; returns whether that was all. */
    @FunctionalInterface
    private interface Change {
        boolean apply(long page, long place, long entry);
    }

    /** Looks for entries that name a record, in any line of the leaves. */
    private static void change(final HashIndex index, final long record, final long data, final Change change) {
        index.walk((page, records, count) -> {
            for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
                for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                    final long place = IndexPage.entry(IndexPage.line(page, line), j);
                    final long entry = Memory.getLong(place);
                    if (Entry.hasRecord(entry)
                            && data + Entry.linearOffset(entry) == record
                            && change.apply(page, place, entry)) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    /** Makes the entry that names a record name another place. */
    public static void redirect(final HashIndex index, final long record, final long data, final long linearOffset) {
        change(index, record, data, (page, place, entry) -> {
            Memory.putLong(place, Entry.of(Entry.tag(entry), linearOffset));
            return false;
        });
    }

    /** Changes the byte of the tag word that goes with the entry that names a record, or one bit of the tag in the entry itself. */
    public static void hide(final HashIndex index, final long record, final long data, final boolean inTagWord) {
        change(index, record, data, (page, place, entry) -> {
            if (inTagWord) {
                IndexPage.putShortTag(place, ~Entry.tag(entry));
            } else {
                Memory.putLong(place, entry ^ (1L << (Long.SIZE - 2)));
            }
            return true;
        });
    }

    /** Moves the entry that names a record to a bucket line of its leaf where no look-up for its hash comes by. */
    public static void moveAway(final HashIndex index, final long record, final long data, final long hash) {
        change(index, record, data, (page, place, entry) -> {
            put(emptyElsewhere(page, hash), entry);
            Memory.putLong(place, 0);
            return true;
        });
    }

    private static long emptyElsewhere(final long page, final long hash) {
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.FIRST_STASH_LINE; line++) {
            final int empty = IndexPage.empty(IndexPage.line(page, line));
            if (line != IndexPage.firstLine(hash) && line != IndexPage.secondLine(hash) && empty != 0) {
                return IndexPage.entry(IndexPage.line(page, line), Integer.numberOfTrailingZeros(empty));
            }
        }
        throw new IllegalStateException("no line of this leaf has room");
    }

    /** Copies the entry that names a record into an empty place of its line, with the byte that goes with it. */
    public static void duplicate(final HashIndex index, final long record, final long data) {
        change(index, record, data, (page, place, entry) -> {
            final long line = place & -Memory.LINE_BYTES;
            final int empty = IndexPage.empty(line);
            if (empty != 0) {
                put(IndexPage.entry(line, Integer.numberOfTrailingZeros(empty)), entry);
            }
            return empty != 0;
        });
    }

    private static void put(final long place, final long entry) {
        IndexPage.putShortTag(place, Entry.tag(entry));
        Memory.putLong(place, entry);
    }
}
