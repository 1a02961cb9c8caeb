package org.ashlar.engine.index;

import org.ashlar.engine.record.RecordHeader;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;

/** Tells whether the index of a map refers to a record or a page. Reads without locks; persists every DIRTY word that it relies on. */
public final class IndexJudge {
    private final IndexContext context;
    private final FirstTouch firstTouch;
    private final Directory directory;
    private final int incarnation;

    IndexJudge(
            final IndexContext context, final FirstTouch firstTouch, final Directory directory, final int incarnation) {
        this.context = context;
        this.firstTouch = firstTouch;
        this.directory = directory;
        this.incarnation = incarnation;
    }

    /**
     * Whether an entry points at a record.
     *
     * @param hash of the record's key
     * @param record address
     * @return true when one does
     */
    public boolean refersTo(final long hash, final long record) {
        return refersTo(hash, record, false);
    }

    /**
     * As {@link #refersTo}, also where no look-up for the hash comes by: in any line of its leaf.
     *
     * @param hash of the record's key
     * @param record address
     * @return true when the index leads to it, if only in a walk
     */
    public boolean holds(final long hash, final long record) {
        return refersTo(hash, record, true);
    }

    private boolean refersTo(final long hash, final long record, final boolean inAnyLine) {
        long word = directory.route(hash);
        while (true) {
            final long page = context.pageOf(word);
            final int depth = LeafWord.depth(word);
            Leaf.check(context, page, depth, incarnation, hash);
            // The chain of a page that was split before is dead, and its pages may be others' by now.
            final boolean isSplit = Memory.getLongAcquire(page + IndexPage.FORWARD_OFFSET) != 0;
            boolean found = lineRefersTo(page, IndexPage.firstLine(hash), record)
                    || lineRefersTo(page, IndexPage.secondLine(hash), record);
            if (!found && !isSplit) {
                // All others are looked at: what replaced the record must be durable before anything relies on it.
                found = linesReferTo(
                        page, inAnyLine ? IndexPage.FIRST_BUCKET_LINE : IndexPage.FIRST_STASH_LINE, record);
                final OverflowChain chain = new OverflowChain(context, page);
                for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
                    found |= linesReferTo(overflow, IndexPage.FIRST_BUCKET_LINE, record);
                }
            }
            Memory.acquireFence();
            final long forward = Leaf.durableForward(context, page);
            if (forward == 0) {
                return found;
            }
            word = Leaf.childWord(forward, depth, hash);
        }
    }

    private boolean linesReferTo(final long page, final int firstLine, final long record) {
        boolean found = false;
        for (int line = firstLine; line < IndexPage.LINES; line++) {
            found |= lineRefersTo(page, line, record);
        }
        return found;
    }

    private boolean lineRefersTo(final long page, final int number, final long record) {
        final long line = IndexPage.line(page, number);
        boolean found = false;
        boolean dirty = false;
        for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
            final long entry = Memory.getLongAcquire(IndexPage.entry(line, j));
            dirty |= Entry.isDirty(entry);
            found |= Entry.hasRecord(entry) && context.data + Entry.linearOffset(entry) == record;
        }
        if (dirty) {
            context.persistence.persist(line, IndexPage.LINE_BYTES); // what replaced the record may not be durable yet
        }
        return found;
    }

    /**
     * Whether a root record is the map's.
     *
     * @param record address
     * @return true when the root word names it
     */
    public boolean refersToRoot(final long record) {
        final boolean referred = directory.isRootRecord(record);
        if (!referred) {
            directory.settle();
        }
        return referred;
    }

    /**
     * Whether the root reaches an index page of this map; settles the page when it does. Under the page's latch.
     *
     * @param page address of a page with an intact header
     * @return true when it does
     */
    public boolean reaches(final long page) {
        final long identity = Memory.getLong(page + IndexPage.IDENTITY_OFFSET);
        final long prefix = Memory.getLong(page + IndexPage.PREFIX_OFFSET);
        final int depth = IndexPage.depth(identity);
        final boolean reached = switch (IndexPage.kind(identity)) {
            case IndexPage.SEGMENT -> directory.isSegment(page, prefix);
            case IndexPage.OVERFLOW -> chainReaches(page, depth, prefix);
            default -> leafReached(page, depth, prefix);
        };
        if (reached) {
            firstTouch.settle(page);
        } else {
            directory.settle();
        }
        return reached;
    }

    /**
     * A split page stays live while any word in the range of its prefix still names it, or an ancestor that leads to it. Each word is
     * looked at by itself: a crash may have left any of them behind, so a word that names a child says nothing of its neighbours.
     */
    private boolean leafReached(final long page, final int depth, final long prefix) {
        long position = prefix;
        do {
            final long word = directory.route(position);
            if (LeafWord.depth(word) <= depth && ancestorAtDepth(word, depth, prefix) == page) {
                return true;
            }
            final int step = Math.max(depth, directory.wordDepth(position));
            position = step == 0 ? 0 : position + (1L << (Long.SIZE - step));
        } while (position != 0 && IndexPage.hasPrefix(position, prefix, depth));
        return false;
    }

    /** Follows forward words from a word's page along a prefix, down to a depth; 0 where they end before. */
    private long ancestorAtDepth(final long from, final int depth, final long prefix) {
        long word = from;
        while (true) {
            final long page = context.pageOf(word);
            if (LeafWord.depth(word) == depth) {
                return page;
            }
            final long forward = Leaf.durableForward(context, page);
            if (forward == 0) {
                return 0;
            }
            word = Leaf.childWord(forward, LeafWord.depth(word), prefix);
        }
    }

    private boolean chainReaches(final long page, final int depth, final long prefix) {
        final long word = directory.route(prefix);
        final long leaf = LeafWord.depth(word) <= depth ? ancestorAtDepth(word, depth, prefix) : 0;
        if (leaf == 0 || Leaf.durableForward(context, leaf) != 0) {
            return false; // a split page's chain is dead
        }
        final OverflowChain chain = new OverflowChain(context, leaf);
        for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
            if (overflow == page) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------------------------------------------- headers

    /**
     * Whether the header of an index page was written whole, for its place.
     *
     * @param data address of linear offset 0
     * @param page address
     * @return true when it was
     */
    public static boolean isIntact(final long data, final long page) {
        return IndexPage.isIntact(page, page - data);
    }

    /**
     * Whether a page was never formatted.
     *
     * @param page address
     * @return true when its header is all zero
     */
    public static boolean isBlank(final long page) {
        return IndexPage.isBlank(page);
    }

    /**
     * The map incarnation in an intact header.
     *
     * @param page address
     * @return 32 bits
     */
    public static int incarnationOf(final long page) {
        return IndexPage.incarnation(Memory.getLong(page + IndexPage.IDENTITY_OFFSET));
    }

    // ------------------------------------------------------------------------------------------------------ audit

    /** What an audit of one map reports to. */
    public interface Audit {
        /**
         * An index page that the map holds: leaf, parent that is still named, segment, overflow page.
         *
         * @param page address
         */
        void indexPage(long page);

        /**
         * A record that the map holds.
         *
         * @param record address
         * @param isRoot whether it is the root record
         */
        void record(long record, boolean isRoot);

        /**
         * Something that is wrong.
         *
         * @param problem in words
         */
        void problem(String problem);

        /**
         * Something that could not be looked at, nor what it leads to, because a page has gone bad.
         *
         * @param problem in words
         */
        default void unreadable(final String problem) {
            problem(problem);
        }
    }

    /**
     * Walks all that the map holds and checks that each entry is where a look-up would find it.
     *
     * @param audit hears of everything
     */
    public void audit(final Audit audit) {
        final Cursor cursor = cursor();
        while (cursor.next(audit)) {
            // leaf by leaf
        }
    }

    /**
     * An audit in pieces.
     *
     * @return where it begins
     */
    public Cursor cursor() {
        return new Cursor();
    }

    /** How far an audit is. It holds nothing but hashes, so the map may change between two calls, if it is not dropped. */
    public final class Cursor {
        private boolean isAtRoot = true;
        private long lastSegment;
        /** Where the leaf that was looked at last ends: it may be split before all words that named it were met. */
        private long unseen;

        private boolean sawLast;
        private long position;

        private Cursor() {}

        /**
         * Goes on by one directory word, so by one leaf at most.
         *
         * @param audit hears of it
         * @return false when all was walked
         */
        public boolean next(final Audit audit) {
            if (isAtRoot) {
                isAtRoot = false;
                if (directory.rootRecord() != 0) {
                    audit.record(directory.rootRecord(), true);
                }
            }
            final long segment = directory.segmentOf(position);
            if (segment != 0 && segment != lastSegment) {
                final long page = context.pageOf(segment);
                if (!Memory.isReadable(page, IndexPage.BYTES)) {
                    throw new CorruptStoreException(
                            "the segment at linear offset " + (page - context.data) + " cannot be read");
                }
                audit.indexPage(page);
                lastSegment = segment;
            }
            // Word by word, not leaf by leaf: any word may lag, and what it names is held by it.
            long word = directory.route(position);
            while (true) {
                final long page = context.pageOf(word);
                final int depth = LeafWord.depth(word);
                if (!Memory.isReadable(page, IndexPage.BYTES)) {
                    audit.unreadable("the index page at linear offset " + (page - context.data)
                            + " cannot be read; the records that it leads to were not looked at");
                    return stepOver(depth);
                }
                Leaf.check(context, page, depth, incarnation, position);
                final long forward = Leaf.durableForward(context, page);
                audit.indexPage(page);
                if (forward == 0) {
                    if (!sawLast && Long.compareUnsigned(position, unseen) >= 0) {
                        auditLeaf(audit, page, depth);
                        unseen = depth == 0 ? 0 : IndexPage.prefixOf(position, depth) + (1L << (Long.SIZE - depth));
                        sawLast = unseen == 0;
                    }
                    return stepOver(depth);
                }
                word = Leaf.childWord(forward, depth, position);
            }
        }

        private boolean stepOver(final int depth) {
            final int step = Math.max(depth, directory.wordDepth(position));
            position = step == 0 ? 0 : position + (1L << (Long.SIZE - step));
            return position != 0;
        }

        /**
         * How much of the map was walked, by its hashes.
         *
         * @return 0 at the beginning, below 1
         */
        public double progress() {
            return (position >>> 1) / 0x1p63;
        }
    }

    private void auditLeaf(final Audit audit, final long page, final int depth) {
        if (!IndexPage.isIntact(page, page - context.data)) {
            audit.problem(
                    "the header of the index page at linear offset " + (page - context.data) + " fails its check");
        }
        auditLines(audit, page, page, depth);
        final OverflowChain chain = new OverflowChain(context, page);
        for (long overflow = chain.next(); overflow != 0; overflow = chain.next()) {
            audit.indexPage(overflow);
            auditLines(audit, page, overflow, depth);
        }
    }

    private void auditLines(final Audit audit, final long leaf, final long page, final int depth) {
        Memory.checkReadable(page);
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long address = IndexPage.entry(IndexPage.line(page, line), j);
                final long entry = Memory.getLongAcquire(address);
                if (Entry.hasRecord(entry)) {
                    final long record = context.recordOf(entry);
                    if (!Memory.isReadable(record, RecordHeader.BYTES)) {
                        audit.unreadable("the record at linear offset " + (record - context.data) + " cannot be read");
                        continue;
                    }
                    audit.record(record, false);
                    auditPlace(audit, leaf, page, line, depth, Entry.tag(entry), record);
                    if (!IndexPage.hasShortTag(address, Entry.tag(entry))) {
                        audit.problem("the tag word of line " + line + " of the index page at linear offset "
                                + (page - context.data) + " does not fit entry " + j);
                    }
                }
            }
        }
    }

    private void auditPlace(
            final Audit audit,
            final long leaf,
            final long page,
            final int line,
            final int depth,
            final int tag,
            final long record) {
        final long keyEnd = RecordHeader.size(RecordHeader.keyLength(record), 0);
        if (context.isInUse(record - context.data + keyEnd)) { // or the hash is refused
            if (!Memory.isReadable(record, keyEnd)) {
                return; // as whoever looks at the record has found
            }
        }
        final long hash = context.hashOf(record);
        final boolean right = RecordHeader.mapIncarnation(record) == incarnation
                && Entry.tagOf(hash, depth) == tag
                && IndexPage.hasPrefix(hash, Memory.getLong(leaf + IndexPage.PREFIX_OFFSET), depth);
        final boolean reachable = page != leaf
                || line == IndexPage.firstLine(hash)
                || line == IndexPage.secondLine(hash)
                || (line >= IndexPage.FIRST_STASH_LINE
                        && (Memory.getLong(leaf + IndexPage.FILTER_OFFSET) & IndexPage.filterBit(tag)) != 0);
        if (!right || !reachable) {
            audit.problem("the entry in line " + line + " of the index page at linear offset " + (page - context.data)
                    + (right
                            ? " is where no look-up goes"
                            : " does not belong to the record at linear offset " + (record - context.data)));
        }
    }
}
