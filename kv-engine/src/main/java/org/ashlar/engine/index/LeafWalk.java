package org.ashlar.engine.index;

import java.util.Arrays;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.Memory;

/** Reads the entries of whole leaves, beside writers. */
final class LeafWalk {
    private final IndexContext context;
    private final Directory directory;
    private final int incarnation;

    LeafWalk(final IndexContext context, final Directory directory, final int incarnation) {
        this.context = context;
        this.directory = directory;
        this.incarnation = incarnation;
    }

    /** As {@link HashIndex#visitLeaf}. */
    long visit(final long position, final HashIndex.LeafVisitor visitor) {
        long[] records = new long[IndexPage.BYTES / Long.BYTES];
        long word = directory.route(position);
        while (true) {
            final long page = context.pageOf(word);
            final int depth = LeafWord.depth(word);
            Leaf.check(context, page, depth, incarnation, position);
            int found = 0;
            // The chain of a page that was split before is dead, and its pages may be others' by now.
            if (Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET) == 0) {
                found = collect(page, IndexPage.LINES, records, 0);
                final OverflowChain chain = new OverflowChain(context, page);
                for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
                    if (records.length - found < IndexPage.BYTES / Long.BYTES) {
                        records = Arrays.copyOf(records, records.length * 2);
                    }
                    found = collect(overflow, IndexPage.LINES, records, found);
                }
            }
            Memory.acquireFence();
            final long forward = Leaf.durableForward(context, page);
            if (forward == 0) {
                if (!visitor.visit(page, records, recordsOf(records, found))) {
                    return HashIndex.ENDED;
                }
                return depth == 0 ? 0 : IndexPage.prefixOf(position, depth) + (1L << (Long.SIZE - depth));
            }
            word = Leaf.childWord(forward, depth, position);
        }
    }

    /**
     * Makes entries addresses of records. A key that was removed and put again meanwhile may have been met in two places, with the same
     * tag: it counts once.
     */
    private int recordsOf(final long[] entries, final int count) {
        Arrays.sort(entries, 0, count); // by tag
        int found = 0;
        int firstOfTag = 0;
        int tag = -1;
        for (int i = 0; i < count; i++) {
            final long entry = entries[i];
            if (Entry.tag(entry) != tag) {
                tag = Entry.tag(entry);
                firstOfTag = found;
            }
            final long record = context.recordOf(entry);
            boolean isMet = false;
            for (int j = firstOfTag; j < found && !isMet; j++) {
                isMet = hasSameKey(entries[j], record);
            }
            if (!isMet) {
                entries[found++] = record;
            }
        }
        return found;
    }

    private boolean hasSameKey(final long record, final long other) {
        final int length = RecordHeader.keyLength(record);
        return length == RecordHeader.keyLength(other)
                && context.isInUse(Math.max(record, other) - context.data + RecordHeader.BYTES + length)
                && Memory.isEqual(record + RecordHeader.BYTES, null, other + RecordHeader.BYTES, length);
    }

    private int collect(final long page, final int lines, final long[] entries, final int from) {
        int found = from;
        for (int i = IndexPage.FIRST_BUCKET_LINE; i < lines; i++) {
            final long line = IndexPage.line(page, i);
            boolean persisted = false;
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long entry = Memory.getLongAcquire(IndexPage.entry(line, j));
                if (Entry.isDirty(entry) && !persisted) {
                    context.persistence.persist(line, IndexPage.LINE_BYTES);
                    persisted = true;
                }
                if (Entry.hasRecord(entry)) {
                    entries[found++] = entry & ~(Entry.DIRTY | Entry.FROZEN);
                }
            }
        }
        return found;
    }
}
