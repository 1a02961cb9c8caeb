package org.ashlar.engine.index;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongUnaryOperator;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.Scratch;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.kv.StoreFullException;
import org.ashlar.pmem.Memory;
import org.ashlar.pmem.RecordedLock;
import org.jspecify.annotations.Nullable;

/**
 * From a hash to the leaf page that covers it, for one map.
 *
 * <p>Reading takes no lock: root word, root array, segment word. What it finds may be a parent that has been split since; the
 * forward words of the leaves lead on. Changes are made under the directory lock, a heap lock that ends with the open.
 *
 * <p><b>Invariant:</b> a page that any reachable root array or segment names, on the media too, is not free. So words are replaced and
 * persisted before what they named is retired, and roots and segments that are replaced are retired themselves.
 */
final class Directory {
    /** A root array may have this many words for each segment; keys made to collide get overflow pages instead of more. */
    private static final long WORDS_PER_SEGMENT = 16;

    private static final AtomicReferenceFieldUpdater<Directory, @Nullable RootArray> FIRST_LOOK =
            AtomicReferenceFieldUpdater.newUpdater(Directory.class, RootArray.class, "array");

    private static final long ROOT_BITS = RecordHeader.mapBits(IndexContext.ROOT_INCARNATION);
    private static final int KEY_BYTES = Integer.BYTES;
    private static final int ARRAY_OFFSET = RecordHeader.BYTES + KEY_BYTES;

    private final IndexContext context;
    private final FirstTouch firstTouch;
    private final int incarnation;
    private long rootAddress; // plain: who read an old one may use it to the end of its operation
    private final RecordedLock lock = new RecordedLock();
    private volatile boolean settled;

    /** What the root word says, decoded; null before the first look and while the map has one leaf. */
    private volatile @Nullable RootArray array;

    Directory(final IndexContext context, final FirstTouch firstTouch, final int incarnation, final long rootAddress) {
        this.context = context;
        this.firstTouch = firstTouch;
        this.incarnation = incarnation;
        this.rootAddress = rootAddress;
    }

    // ---------------------------------------------------------------------------------------------------- reading

    /** The word of the leaf page, or of an ancestor of it, that covers a hash. */
    long route(final long hash) {
        RootArray root = array;
        if (root == null) {
            final long word =
                    Memory.getLongAcquire(rootAddress); // once: it may become another kind of word at any time
            if (!RootWord.isRoot(word)) {
                return word;
            }
            root = new RootArray(arrayOf(word), RootWord.bits(word));
            FIRST_LOOK.compareAndSet(this, null, root); // not over a later one
        }
        final long segment = Memory.getLongAcquire(root.address(hash));
        return Memory.getLongAcquire(wordAddress(context.pageOf(segment), LeafWord.depth(segment), hash));
    }

    /** As {@link #route}, or something that names no leaf; see {@link HashIndex#findAtOnce}. */
    long routeAtOnce(final IndexContext all, final long hash) {
        final RootArray root = array;
        if (root == null) {
            return route(hash);
        }
        final long segment = Memory.getLongConsume(root.address(hash));
        return all.isKnownPage(segment)
                ? Memory.getLongConsume(
                        wordAddress(all.data + LeafWord.linearOffset(segment), LeafWord.depth(segment), hash))
                : -1;
    }

    /** The word of the segment that covers a hash; that page says itself that it does, so no walk that goes by its depth loses its way. */
    private long segmentWord(final long root, final long hash) {
        final int bits = RootWord.bits(root);
        final long word = Memory.getLongAcquire(arrayOf(root) + ((bits == 0 ? 0 : hash >>> (Long.SIZE - bits)) << 3));
        final long segment = context.pageOf(word);
        final int depth = LeafWord.depth(word);
        if (depth > bits
                || Memory.getLong(segment + IndexPage.IDENTITY_OFFSET)
                        != IndexPage.identity(IndexPage.SEGMENT, depth, incarnation)
                || !IndexPage.hasPrefix(hash, Memory.getLong(segment + IndexPage.PREFIX_OFFSET), depth)) {
            throw new CorruptStoreException("the index page at linear offset " + (segment - context.data)
                    + " is not the segment of depth " + depth + " that leads to hash 0x" + Long.toHexString(hash));
        }
        return word;
    }

    private long arrayOf(final long root) {
        final long offset = RootWord.linearOffset(root) + ARRAY_OFFSET;
        final int bits = RootWord.bits(root);
        if (bits > RootWord.LARGEST_BITS
                || !context.isInUse(offset + ((long) Long.BYTES << bits))
                || !hasRootHeader(context.data + RootWord.linearOffset(root), Long.BYTES << bits)) {
            throw new CorruptStoreException(
                    "the root word of map incarnation " + incarnation + " is not valid: 0x" + Long.toHexString(root));
        }
        return context.data + offset;
    }

    private boolean hasRootHeader(final long record, final int valueLength) {
        return RecordHeader.isOf(record, ROOT_BITS, KEY_BYTES)
                && RecordHeader.valueLength(record) == valueLength
                && Memory.getInt(record + RecordHeader.BYTES) == incarnation;
    }

    private static long wordAddress(final long segment, final int segmentDepth, final long hash) {
        return segment
                + IndexPage.SEGMENT_OFFSET
                + (hash << segmentDepth >>> (Long.SIZE - IndexPage.SEGMENT_BITS)) * Long.BYTES;
    }

    /** Whether the root word names a root record. */
    boolean isRootRecord(final long record) {
        final long root = Memory.getLongAcquire(rootAddress);
        return RootWord.isRoot(root) && context.data + RootWord.linearOffset(root) == record;
    }

    /** The root record, or 0 while the map has one leaf. */
    long rootRecord() {
        final long root = Memory.getLongAcquire(rootAddress);
        return RootWord.isRoot(root) ? arrayOf(root) - ARRAY_OFFSET : 0; // its place is checked there
    }

    /** Whether the root array names a segment. */
    boolean isSegment(final long page, final long prefix) {
        final long root = Memory.getLongAcquire(rootAddress);
        return RootWord.isRoot(root) && context.pageOf(segmentWord(root, prefix)) == page;
    }

    /** The segment that covers a hash, or 0 while the map has one leaf. */
    long segmentOf(final long hash) {
        final long root = Memory.getLongAcquire(rootAddress);
        return RootWord.isRoot(root) ? segmentWord(root, hash) : 0;
    }

    /** How many hash bits choose the word that covers a hash: 0 while the map has one leaf. */
    int wordDepth(final long hash) {
        final long root = Memory.getLongAcquire(rootAddress);
        return RootWord.isRoot(root) ? LeafWord.depth(segmentWord(root, hash)) + IndexPage.SEGMENT_BITS : 0;
    }

    /**
     * Makes the whole directory durable, once, before anything that it does not name counts as dead: a process that was killed may have
     * replaced words and not got to persisting them, and what they named on the media must not be reused.
     */
    void settle() {
        if (context.mayHavePendingWrites && !settled) {
            context.settle(rootAddress, Long.BYTES);
            final long root = Memory.getLongAcquire(rootAddress);
            if (RootWord.isRoot(root)) {
                final int bits = RootWord.bits(root);
                for (long i = 0; i < 1L << bits; i++) {
                    final long segment = context.pageOf(Memory.getLongAcquire(arrayOf(root) + i * Long.BYTES));
                    context.settle(segment + IndexPage.SEGMENT_OFFSET, (long) IndexPage.SEGMENT_WORDS * Long.BYTES);
                }
            }
            settled = true;
        }
    }

    /** Whether the directory may name the children of a leaf of this depth; no, when only keys made to collide would want it. */
    boolean mayDeepen(final int depth, final long hash) {
        final long root = Memory.getLongAcquire(rootAddress);
        if (!RootWord.isRoot(root)) {
            return true;
        }
        final int segmentDepth = LeafWord.depth(segmentWord(root, hash));
        final int bits = RootWord.bits(root);
        if (depth + 1 <= segmentDepth + IndexPage.SEGMENT_BITS || segmentDepth < bits) {
            return true;
        }
        return bits < RootWord.LARGEST_BITS && 1L << bits <= WORDS_PER_SEGMENT * countSegments(arrayOf(root), bits);
    }

    private static long countSegments(final long array, final int bits) {
        long segments = 0;
        long previous = 0;
        for (long i = 0; i < 1L << bits; i++) {
            final long word = Memory.getLong(array + i * Long.BYTES);
            segments += word == previous ? 0 : 1;
            previous = word;
        }
        return segments;
    }

    // --------------------------------------------------------------------------------------------------- changing

    /**
     * Gives the root word another place. It does not change meanwhile.
     *
     * @param place makes the place, durably, with the word that it is given; returns its address
     */
    void moveRoot(final LongUnaryOperator place) {
        lock.lock();
        try {
            context.settle(rootAddress, Long.BYTES);
            rootAddress = place.applyAsLong(Memory.getLongAcquire(rootAddress));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes every word that names a split leaf name its children, durably, and retires the leaf. Called by whoever split it, and by any
     * writer that the directory led to it. Does nothing when that was done before. When there is no room, the directory goes on lagging.
     */
    void replace(final Participant participant, final long parent) {
        lock.lock();
        try {
            replaceLocked(participant, parent);
        } catch (final StoreFullException e) {
            // A hint that lags costs a hop; the next writer that comes by tries again.
        } finally {
            lock.unlock();
        }
    }

    private void replaceLocked(final Participant participant, final long parent) {
        firstTouch.touch(participant, parent);
        final long forward = Leaf.durableForward(context, parent);
        final int depth = IndexPage.depth(Memory.getLong(parent + IndexPage.IDENTITY_OFFSET));
        final long prefix = Memory.getLong(parent + IndexPage.PREFIX_OFFSET);
        // Before the directory says so too, and the parent goes.
        Leaf.check(
                context, context.pageOf(LeafWord.of(ForwardWord.child(forward, 0), 0)), depth + 1, incarnation, prefix);
        final long other = prefix | 1L << (Long.SIZE - 1 - depth);
        Leaf.check(
                context, context.pageOf(LeafWord.of(ForwardWord.child(forward, 1), 0)), depth + 1, incarnation, other);
        boolean replaced = false;
        long position = prefix;
        do {
            long root = Memory.getLongAcquire(rootAddress);
            if (!RootWord.isRoot(root)) {
                replaced = context.pageOf(root) == parent;
                if (replaced) {
                    plantRoot(participant, forward);
                }
                break;
            }
            long word = segmentWord(root, position);
            while (depth + 1 > LeafWord.depth(word) + IndexPage.SEGMENT_BITS) {
                splitSegment(participant, root, word, position);
                root = Memory.getLongAcquire(rootAddress);
                word = segmentWord(root, position);
            }
            final int segmentDepth = LeafWord.depth(word);
            replaced |= replaceIn(participant, context.pageOf(word), segmentDepth, position, parent, depth, forward);
            if (depth >= segmentDepth) {
                break;
            }
            position += 1L << (Long.SIZE - segmentDepth);
        } while (position != 0 && IndexPage.hasPrefix(position, prefix, depth));
        if (replaced) {
            context.space.retireIndexPage(participant, parent);
        }
    }

    /** Within one segment. */
    private boolean replaceIn(
            final Participant participant,
            final long segment,
            final int segmentDepth,
            final long position,
            final long parent,
            final int depth,
            final long forward) {
        final int wordDepth = segmentDepth + IndexPage.SEGMENT_BITS;
        final int count = depth >= segmentDepth ? 1 << (wordDepth - depth) : IndexPage.SEGMENT_WORDS;
        final long first = wordAddress(segment, segmentDepth, position);
        boolean replaced = false;
        for (int i = 0; i < count; i++) {
            final long address = first + (long) i * Long.BYTES;
            long word = Memory.getLong(address);
            while (LeafWord.depth(word) < depth) {
                // It still names an ancestor: that one goes first, or it would bring the parent back later.
                final long ancestor = context.pageOf(word);
                Leaf.check(context, ancestor, LeafWord.depth(word), incarnation, position);
                replaceLocked(participant, ancestor);
                final long after = Memory.getLong(address);
                if (after == word) {
                    throw new CorruptStoreException("index word 0x" + Long.toHexString(word)
                            + " names a page that does not lead to the page of depth " + depth + " below it");
                }
                word = after;
            }
            if (context.pageOf(word) == parent) {
                final int child =
                        (int) ((position + ((long) i << (Long.SIZE - wordDepth))) >>> (Long.SIZE - 1 - depth)) & 1;
                Memory.putLongRelease(address, LeafWord.of(ForwardWord.child(forward, child), depth + 1));
                replaced = true;
            }
        }
        // Before the parent is retired; those too that a process that was killed has replaced.
        if (replaced || context.mayHavePendingWrites) {
            context.persistence.persist(first, (long) count * Long.BYTES);
        }
        return replaced;
    }

    /** The only leaf of a map was split: makes the first segment and the first root record. */
    private void plantRoot(final Participant participant, final long forward) {
        final long segment = context.allocatePage(participant, incarnation);
        final long[] words = new long[IndexPage.SEGMENT_WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = LeafWord.of(ForwardWord.child(forward, i / (words.length / 2)), 1);
        }
        final long record;
        try {
            writeSegment(segment, 0, 0, words);
            record = writeRoot(participant, new long[] {LeafWord.of(context.pageNumber(segment), 0)});
        } catch (final StoreFullException e) {
            context.space.releaseUnpublishedIndexPage(segment);
            throw e;
        }
        publishRoot(RootWord.of(record - context.data, 0));
    }

    /**
     * Splits a segment: two new segments of twice the resolution, a new root array that names them, one root word. Then the old segment
     * and the old root record are retired.
     */
    private void splitSegment(final Participant participant, final long root, final long word, final long position) {
        final long old = context.pageOf(word);
        final int depth = LeafWord.depth(word);
        final int bits = RootWord.bits(root);
        final long oldRecord = context.data + RootWord.linearOffset(root);
        firstTouch.touch(participant, old);
        context.space.prepareToUnlink(participant, oldRecord);

        final long segment0 = context.allocatePage(participant, incarnation);
        long segment1 = 0;
        final int newBits = Math.max(bits, depth + 1);
        final long record;
        try {
            segment1 = context.allocatePage(participant, incarnation);
            final long prefix = IndexPage.prefixOf(position, depth);
            writeSegment(segment0, depth + 1, prefix, half(old, 0));
            writeSegment(segment1, depth + 1, prefix | 1L << (Long.SIZE - 1 - depth), half(old, 1));

            final long[] array = new long[1 << newBits];
            for (int i = 0; i < array.length; i++) {
                array[i] = Memory.getLong(arrayOf(root) + ((long) i >>> (newBits - bits)) * Long.BYTES);
            }
            final int span = 1 << (newBits - depth - 1);
            final int first = depth == 0 ? 0 : (int) (prefix >>> (Long.SIZE - depth)) << (newBits - depth);
            for (int i = 0; i < span; i++) {
                array[first + i] = LeafWord.of(context.pageNumber(segment0), depth + 1);
                array[first + span + i] = LeafWord.of(context.pageNumber(segment1), depth + 1);
            }
            record = writeRoot(participant, array);
        } catch (final StoreFullException e) {
            context.space.releaseUnpublishedIndexPage(segment0);
            if (segment1 != 0) {
                context.space.releaseUnpublishedIndexPage(segment1);
            }
            throw e;
        }
        publishRoot(RootWord.of(record - context.data, newBits));
        context.space.retireIndexPage(participant, old);
        context.space.retireRecord(participant, oldRecord);
    }

    private static long[] half(final long segment, final int which) {
        final long[] words = new long[IndexPage.SEGMENT_WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = Memory.getLong(
                    segment + IndexPage.SEGMENT_OFFSET + (long) (which * words.length / 2 + i / 2) * Long.BYTES);
        }
        return words;
    }

    private void writeSegment(final long page, final int depth, final long prefix, final long[] words) {
        final long identity = IndexPage.identity(IndexPage.SEGMENT, depth, incarnation);
        Memory.fill(page, IndexPage.LINE_BYTES, (byte) 0);
        Memory.putLong(page + IndexPage.IDENTITY_OFFSET, identity);
        Memory.putLong(page + IndexPage.PREFIX_OFFSET, prefix);
        Memory.putLong(page + IndexPage.CHECK_OFFSET, IndexPage.check(identity, prefix, page - context.data));
        Memory.copyIn(words, Memory.LONG_ARRAY_BASE, page + IndexPage.SEGMENT_OFFSET, (long) words.length * Long.BYTES);
        context.persistence.persist(page, IndexPage.BYTES);
    }

    /** Writes a root record, durably; nothing names it yet. */
    private long writeRoot(final Participant participant, final long[] array) {
        final int bytes = array.length * Long.BYTES;
        final long size = RecordHeader.size(KEY_BYTES, bytes);
        final long record = context.space.allocateRecord(participant, size);
        Scratch.of(participant)
                .writeRecord(
                        record,
                        context.space.incarnationAt(participant, record, size),
                        IndexContext.ROOT_INCARNATION,
                        context.openCounter,
                        new int[] {incarnation},
                        Memory.INT_ARRAY_BASE,
                        KEY_BYTES,
                        array,
                        Memory.LONG_ARRAY_BASE,
                        bytes,
                        0);
        context.persistence.persist(record, size);
        return record;
    }

    /**
     * The root word is a hint like all below it, so it needs no DIRTY bit; but it is persisted before what it replaces is retired.
     */
    private void publishRoot(final long word) {
        Memory.putLongRelease(rootAddress, word);
        context.persistence.persist(rootAddress, Long.BYTES);
        array = new RootArray(arrayOf(word), RootWord.bits(word));
    }

    /** Where the current root array is. Who loaded it inside an operation may use it to the operation's end: it is retired. */
    private static final class RootArray {
        private final long address;

        /** How far a hash without its lowest bit is shifted to become an index. */
        private final int shift;

        RootArray(final long address, final int bits) {
            this.address = address;
            shift = Long.SIZE - 1 - bits;
        }

        /** Of the word of the segment that covers a hash. */
        long address(final long hash) {
            return address + (hash >>> 1 >>> shift << 3);
        }
    }
}
