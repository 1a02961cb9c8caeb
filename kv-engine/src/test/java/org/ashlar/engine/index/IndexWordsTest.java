package org.ashlar.engine.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.engine.Diagram;
import org.ashlar.pmem.Geometry;
import org.junit.jupiter.api.Test;

/** Every word of the index is one aligned long: that the fields fit into 64 bits is what makes its stores atomic. */
final class IndexWordsTest {
    private static final long LARGEST_OFFSET = (1L << 46) - 8;
    private static final long LARGEST_PAGE = (1L << 34) - 1;
    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    void theDiagramsShowTheBitsThatTheConstantsName() {
        assertEquals(
                List.of(63, Entry.TAG_SHIFT, Entry.OFFSET_BITS + 1, Entry.OFFSET_BITS, Entry.OFFSET_BITS - 1, 0),
                Diagram.numbersAbove(Entry.class));
        final int pageEnd = LeafWord.PAGE_SHIFT + LeafWord.PAGE_BITS;
        assertEquals(
                List.of(
                        63,
                        pageEnd,
                        pageEnd - 1,
                        LeafWord.PAGE_SHIFT,
                        LeafWord.PAGE_SHIFT - 1,
                        LeafWord.DEPTH_BITS,
                        LeafWord.DEPTH_BITS - 1,
                        0),
                Diagram.numbersAbove(LeafWord.class));
        assertEquals(Geometry.PAGE_BYTES, 1 << LeafWord.PAGE_SHIFT);
        assertEquals(
                List.of(
                        63,
                        62,
                        61,
                        RootWord.BITS_SHIFT + RootWord.BITS_BITS,
                        RootWord.BITS_SHIFT + RootWord.BITS_BITS - 1,
                        RootWord.BITS_SHIFT,
                        RootWord.BITS_SHIFT - 1,
                        0),
                Diagram.numbersAbove(RootWord.class));
        assertEquals(
                List.of(63, 62, 61, LeafWord.PAGE_BITS, LeafWord.PAGE_BITS - 1, 0),
                Diagram.numbersAbove(ForwardWord.class));
        assertEquals(ForwardWord.VALID, 1L << 63);
        assertEquals(ForwardWord.DIRTY, 1L << 62);
        assertEquals(62 - ForwardWord.DELTA_BITS, LeafWord.PAGE_BITS);
        assertEquals(RootWord.ROOT, 1L << 62);
    }

    @Test
    void theFieldsOfAnEntryFillAWordAndDoNotOverlap() {
        final long tags = Entry.of((1 << Entry.TAG_BITS) - 1, 0);
        assertEquals(-1L, tags | Entry.FROZEN | Entry.DIRTY | Entry.OFFSET_MASK);
        assertEquals(
                Long.SIZE,
                Long.bitCount(tags)
                        + Long.bitCount(Entry.FROZEN)
                        + Long.bitCount(Entry.DIRTY)
                        + Long.bitCount(Entry.OFFSET_MASK));
        assertEquals(64L << 40, (Entry.OFFSET_MASK + 1) << Entry.UNIT_SHIFT, "64 TiB can be addressed");
    }

    @Test
    void anEntryGivesBackWhatWentIn() {
        for (int i = 0; i < 10_000; i++) {
            final int tag = random.nextInt(1 << Entry.TAG_BITS);
            final long offset = random.nextLong(LARGEST_OFFSET + 1) & -8;
            final long entry = Entry.of(tag, offset) | (i % 2 == 0 ? Entry.DIRTY : 0);
            assertEquals(tag, Entry.tag(entry));
            assertEquals(offset, Entry.linearOffset(entry));
            assertEquals(i % 2 == 0, Entry.isDirty(entry));
            assertEquals(offset != 0, Entry.hasRecord(entry));
        }
        assertFalse(Entry.hasRecord(Entry.of(77, 0) | Entry.DIRTY), "a tombstone has no record");
    }

    @Test
    void theTagHoldsTheBitsFromTheWindowOnAndTheChildIsTheNextBitOfThePrefix() {
        for (int i = 0; i < 2_000; i++) {
            final long hash = random.nextLong();
            for (int depth = 0; depth < 44; depth++) {
                final int window = Entry.windowOf(depth);
                assertTrue(window <= depth && depth < window + Entry.WINDOW && window % Entry.WINDOW == 0);
                final int tag = Entry.tagOf(hash, depth);
                for (int bit = 0; bit < Entry.TAG_BITS; bit++) {
                    assertEquals(bitFromTop(hash, window + bit), tag >>> (Entry.TAG_BITS - 1 - bit) & 1);
                }
                assertEquals(bitFromTop(hash, depth), Entry.childOf(tag, depth), "at depth " + depth);
                final long child = LeafWord.depth(Leaf.childWord(ForwardWord.of(0, 1), depth, hash));
                assertEquals(depth + 1, child);
                assertEquals(bitFromTop(hash, depth), LeafWord.page(Leaf.childWord(ForwardWord.of(0, 1), depth, hash)));
                // At least 11 bits of the tag say more than the prefix does, those of the tag word among them.
                assertTrue(window + Entry.TAG_BITS - depth >= 11);
                assertTrue(Entry.SHORT_TAG_BITS <= 11);
            }
        }
    }

    private static long bitFromTop(final long hash, final int bit) {
        return bit < Long.SIZE ? hash >>> (Long.SIZE - 1 - bit) & 1 : 0;
    }

    @Test
    void aLeafWordGivesBackWhatWentInAndOnlyThatIsValid() {
        for (int depth = 0; depth < 64; depth++) {
            for (final long page : new long[] {1, 2, LARGEST_PAGE, random.nextLong(1, LARGEST_PAGE)}) {
                final long word = LeafWord.of(page, depth);
                assertEquals(page, LeafWord.page(word));
                assertEquals(page * Geometry.PAGE_BYTES, LeafWord.linearOffset(word));
                assertEquals(depth, LeafWord.depth(word));
                assertTrue(LeafWord.isValid(word));
                assertFalse(RootWord.isRoot(word));
            }
        }
        assertFalse(LeafWord.isValid(0));
        assertFalse(LeafWord.isValid(LeafWord.of(0, 5)), "page 0 is no index page");
        for (int bit = LeafWord.DEPTH_BITS; bit < Long.SIZE; bit++) {
            final boolean isOfPage = bit >= LeafWord.PAGE_SHIFT && bit < LeafWord.PAGE_SHIFT + LeafWord.PAGE_BITS;
            assertEquals(isOfPage, LeafWord.isValid(LeafWord.of(3, 5) ^ 1L << bit), "bit " + bit);
        }
        assertFalse(LeafWord.isValid(-1));
    }

    @Test
    void aRootWordGivesBackWhatWentIn() {
        for (int bits = 0; bits <= RootWord.LARGEST_BITS; bits++) {
            for (final long offset : new long[] {8, LARGEST_OFFSET, random.nextLong(LARGEST_OFFSET) & -8}) {
                final long word = RootWord.of(offset, bits);
                assertEquals(offset, RootWord.linearOffset(word));
                assertEquals(bits, RootWord.bits(word));
                assertTrue(RootWord.isRoot(word));
                assertFalse(LeafWord.isValid(word));
            }
        }
        assertTrue(RootWord.LARGEST_BITS < 1 << RootWord.BITS_BITS);
    }

    @Test
    void aForwardWordNamesBothChildrenWhereTheyAreNearEnough() {
        final long far = 1L << (ForwardWord.DELTA_BITS - 1);
        for (final long child0 :
                new long[] {far, far + 5, LARGEST_PAGE - far, random.nextLong(far, LARGEST_PAGE - far)}) {
            for (final long delta : new long[] {-far, -1, 1, far - 1, random.nextLong(far)}) {
                final long word = ForwardWord.of(child0, child0 + delta);
                assertTrue(ForwardWord.fits(child0, child0 + delta));
                for (final long w : new long[] {word, word | ForwardWord.DIRTY}) {
                    assertEquals(child0, ForwardWord.child(w, 0));
                    assertEquals(child0 + delta, ForwardWord.child(w, 1));
                }
                assertFalse(ForwardWord.isDirty(word));
                assertTrue(ForwardWord.isDirty(word | ForwardWord.DIRTY));
                assertTrue(word != 0, "0 means: not split");
            }
            assertFalse(ForwardWord.fits(child0, child0 + far));
            assertFalse(ForwardWord.fits(child0, child0 - far - 1));
        }
    }
}
