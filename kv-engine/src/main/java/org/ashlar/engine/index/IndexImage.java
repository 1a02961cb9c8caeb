package org.ashlar.engine.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.ashlar.engine.record.LinearBytes;
import org.ashlar.engine.record.RecordHeader;
import org.ashlar.engine.record.RecordImage;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * Walks the index of one map of a damaged pool, as a look-up would: root word, root record, segment, leaf, forward words. Each page that a
 * word names must say itself that it is the one; where one does not, the hashes that it should have covered are reported, and the walk goes
 * on behind them. A leaf that a sound way leads to, and that was not split, is the live one for all hashes with its prefix.
 */
public final class IndexImage {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int ROOT_KEY_BYTES = Integer.BYTES;

    private final LinearBytes source;
    private final int incarnation;
    private final Visitor visitor;
    private final Roaring64Bitmap seen = new Roaring64Bitmap();

    /** Hears what a walk comes across. */
    public interface Visitor {
        /**
         * A leaf that is live for all hashes with its prefix.
         *
         * @param leaf the page
         */
        void leaf(IndexPageImage leaf);

        /**
         * Hashes for which nothing certain leads to a leaf.
         *
         * @param range the hashes
         * @param reason in words
         * @param remains the page that fails its checks, whose entries are hints; null where there is none
         */
        void damaged(HashRange range, String reason, @Nullable IndexPageImage remains);
    }

    /**
     * Prepares a walk.
     *
     * @param source the pool
     * @param incarnation of the map
     * @param visitor hears of it
     */
    public IndexImage(final LinearBytes source, final int incarnation, final Visitor visitor) {
        this.source = source;
        this.incarnation = incarnation;
        this.visitor = visitor;
    }

    /**
     * Walks everything that a root word leads to.
     *
     * @param root the root word; nothing of it is believed
     */
    public void walk(final long root) {
        long position = 0;
        do {
            final int depth = walkAt(root, position);
            position = depth == 0 ? 0 : IndexPage.prefixOf(position, depth) + (1L << (Long.SIZE - depth));
        } while (position != 0);
    }

    /** Walks to the leaf of a hash; returns the depth of the range that is done with. */
    private int walkAt(final long root, final long hash) {
        if (!RootWord.isRoot(root)) {
            return walkLeaf(root, 0, hash, "the root word 0x" + Long.toHexString(root));
        }
        final long record = RootWord.linearOffset(root);
        final int bits = RootWord.bits(root);
        final RecordImage header = new RecordImage(source);
        if (!header.read(record)
                || header.mapIncarnation() != IndexContext.ROOT_INCARNATION
                || header.keyLength() != ROOT_KEY_BYTES
                || bits > RootWord.LARGEST_BITS
                || header.valueLength() != Long.BYTES << bits
                || readWord(record + RecordHeader.BYTES + ROOT_KEY_BYTES + (Long.BYTES << bits) - Long.BYTES) == null) {
            return damaged(hash, 0, "the root record at linear offset " + record + " is not one", null);
        }
        final long index = bits == 0 ? 0 : hash >>> (Long.SIZE - bits);
        final long place = record + RecordHeader.BYTES + ROOT_KEY_BYTES + index * Long.BYTES;
        final Long word = readWord(place);
        if (word == null || !LeafWord.isValid(word) || LeafWord.depth(word) > bits) {
            return damaged(hash, bits, "the word at linear offset " + place + " of the root record is not valid", null);
        }
        final int depth = LeafWord.depth(word);
        final IndexPageImage segment = IndexPageImage.read(source, LeafWord.linearOffset(word));
        if (segment == null || !segment.is(IndexPage.SEGMENT, depth, incarnation, hash)) {
            return damaged(
                    hash, depth, "the segment at linear offset " + LeafWord.linearOffset(word) + " is damaged", null);
        }
        final int inSegment = (int) (hash << depth >>> (Long.SIZE - IndexPage.SEGMENT_BITS));
        final long leaf = segment.word(IndexPage.SEGMENT_OFFSET + inSegment * Long.BYTES);
        return walkLeaf(
                leaf,
                depth + IndexPage.SEGMENT_BITS,
                hash,
                "word " + inSegment + " of the segment at linear offset " + segment.offset());
    }

    private int walkLeaf(final long from, final int wordDepth, final long hash, final String origin) {
        long word = from;
        if (!LeafWord.isValid(word) || LeafWord.depth(word) > wordDepth) {
            return damaged(hash, wordDepth, origin + " names no page", null); // a depth that is believed sets the pace
        }
        while (true) {
            final int depth = LeafWord.depth(word);
            final long place = LeafWord.linearOffset(word);
            final IndexPageImage page = IndexPageImage.read(source, place);
            if (page == null || !page.is(IndexPage.LEAF, depth, incarnation, hash)) {
                return damaged(
                        hash,
                        Math.max(depth, wordDepth),
                        "the index page at linear offset " + place + ", which " + origin + " leads to, is damaged",
                        page);
            }
            final long forward = page.word(IndexPage.FORWARD_OFFSET);
            if (forward == 0) {
                if (!seen.contains(place)) {
                    seen.add(place);
                    visitor.leaf(page);
                }
                return depth;
            }
            if ((forward & ForwardWord.VALID) == 0 || depth + 1 >= Long.SIZE) {
                return damaged(
                        hash,
                        Math.max(depth, wordDepth),
                        "the forward word of the index page at linear offset " + place + " is damaged",
                        page);
            }
            word = Leaf.childWord(forward & ~ForwardWord.DIRTY, depth, hash);
            if (!LeafWord.isValid(word)) {
                return damaged(
                        hash,
                        Math.max(depth, wordDepth),
                        "the forward word of the index page at linear offset " + place + " is damaged",
                        page);
            }
        }
    }

    private int damaged(final long hash, final int depth, final String reason, final @Nullable IndexPageImage remains) {
        visitor.damaged(HashRange.of(hash, depth), reason, remains);
        return depth;
    }

    /**
     * All entries of a leaf and of its overflow chain.
     *
     * @param leaf of this map
     * @param sink takes them
     */
    public void forEachEntry(final IndexPageImage leaf, final IndexPageImage.Sink sink) {
        leaf.forEachEntry(leaf.depth(), leaf.prefix(), false, sink);
        final Roaring64Bitmap chain = new Roaring64Bitmap();
        long word = leaf.word(IndexPage.OVERFLOW_OFFSET);
        while (word != 0) {
            final long place = LeafWord.linearOffset(word);
            final IndexPageImage page = LeafWord.isValid(word) ? IndexPageImage.read(source, place) : null;
            if (page == null
                    || !page.is(IndexPage.OVERFLOW, leaf.depth(), incarnation, leaf.prefix())
                    || chain.contains(place)) {
                visitor.damaged(
                        HashRange.of(leaf.prefix(), leaf.depth()),
                        "the overflow page at linear offset " + place + ", which the leaf at linear offset "
                                + leaf.offset() + " leads to, is damaged",
                        page);
                return;
            }
            chain.add(place);
            page.forEachEntry(leaf.depth(), leaf.prefix(), true, sink);
            word = page.word(IndexPage.OVERFLOW_OFFSET);
        }
    }

    /**
     * What the lines of a page that fails its checks may still say.
     *
     * @param remains the page
     * @param sink takes its entries
     */
    public static void forEachHint(final IndexPageImage remains, final IndexPageImage.Sink sink) {
        remains.forEachEntry(0, 0, true, sink);
    }

    private @Nullable Long readWord(final long offset) {
        final byte[] bytes = new byte[Long.BYTES];
        return source.read(offset, bytes, 0, Long.BYTES) ? (Long) (long) LONG.get(bytes, 0) : null;
    }
}
