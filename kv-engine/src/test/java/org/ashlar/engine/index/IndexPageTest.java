package org.ashlar.engine.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.agrona.BufferUtil;
import org.ashlar.engine.Diagram;
import org.ashlar.pmem.Geometry;
import org.ashlar.pmem.Memory;
import org.junit.jupiter.api.Test;

final class IndexPageTest {
    private static final ByteBuffer MEMORY = BufferUtil.allocateDirectAligned(IndexPage.BYTES, IndexPage.BYTES);
    private static final long PAGE = BufferUtil.address(MEMORY);

    private final SplittableRandom random = new SplittableRandom(11);

    @Test
    void theDiagramShowsTheOffsetsThatTheConstantsName() {
        assertEquals(
                List.of(
                        0,
                        1,
                        2,
                        4,
                        IndexPage.PREFIX_OFFSET,
                        IndexPage.CHECK_OFFSET,
                        IndexPage.FORWARD_OFFSET,
                        IndexPage.FILTER_OFFSET,
                        IndexPage.OVERFLOW_OFFSET,
                        IndexPage.OVERFLOW_OFFSET + Long.BYTES),
                Diagram.numbersAbove(IndexPage.class));
        final String text = String.join(" ", Diagram.boxes(IndexPage.class));
        assertTrue(text.contains("leaf: " + IndexPage.BUCKET_LINES
                + " bucket lines of a tag word and seven entries, then " + IndexPage.STASH_LINES + " stash lines"));
        assertTrue(text.contains("overflow: " + (IndexPage.LINES - 1) + " such lines"));
        assertTrue(text.contains("segment: leaf words from byte " + IndexPage.SEGMENT_OFFSET + " on"));
    }

    @Test
    void headerAndLinesFillAPageExactly() {
        assertEquals(Geometry.PAGE_BYTES, IndexPage.BYTES);
        assertEquals(IndexPage.LINE_BYTES, (1 + IndexPage.ENTRIES_PER_LINE) * Long.BYTES);
        assertTrue(IndexPage.OVERFLOW_OFFSET + Long.BYTES <= IndexPage.LINE_BYTES, "the header is one line");
        assertEquals(IndexPage.LINES, 1 + IndexPage.BUCKET_LINES + IndexPage.STASH_LINES);
        assertEquals(IndexPage.BYTES, IndexPage.SEGMENT_OFFSET + IndexPage.SEGMENT_WORDS * Long.BYTES);
        for (final int offset : new int[] {
            IndexPage.PREFIX_OFFSET,
            IndexPage.CHECK_OFFSET,
            IndexPage.FORWARD_OFFSET,
            IndexPage.FILTER_OFFSET,
            IndexPage.OVERFLOW_OFFSET,
            IndexPage.SEGMENT_OFFSET
        }) {
            assertEquals(0, offset % Long.BYTES, "one aligned store replaces it");
        }
    }

    @Test
    void theIdentityWordGivesBackWhatWentIn() {
        for (final int kind : new int[] {IndexPage.LEAF, IndexPage.SEGMENT, IndexPage.OVERFLOW}) {
            for (int depth = 0; depth <= 64; depth++) {
                for (final int incarnation : new int[] {1, 16, -1, random.nextInt()}) {
                    final long identity = IndexPage.identity(kind, depth, incarnation);
                    assertEquals(kind, IndexPage.kind(identity));
                    assertEquals(depth, IndexPage.depth(identity));
                    assertEquals(incarnation, IndexPage.incarnation(identity));
                    assertEquals(0, identity >>> 16 & 0xFFFF);
                }
            }
        }
    }

    @Test
    void aHeaderIsIntactInItsOwnPlaceOnlyAndUnderNoFlippedBit() {
        final long identity = IndexPage.identity(IndexPage.LEAF, 5, 77);
        Memory.fill(PAGE, IndexPage.BYTES, (byte) 0);
        assertTrue(IndexPage.isBlank(PAGE));
        assertFalse(IndexPage.isIntact(PAGE, 8192), "a page of zeros is no header");
        Memory.putLong(PAGE + IndexPage.IDENTITY_OFFSET, identity);
        Memory.putLong(PAGE + IndexPage.PREFIX_OFFSET, 3L << 59);
        Memory.putLong(PAGE + IndexPage.CHECK_OFFSET, IndexPage.check(identity, 3L << 59, 8192));
        assertFalse(IndexPage.isBlank(PAGE));
        assertTrue(IndexPage.isIntact(PAGE, 8192));
        assertFalse(IndexPage.isIntact(PAGE, 4096), "a copy elsewhere is not this page");
        for (int bit = 0; bit < IndexPage.FORWARD_OFFSET * Byte.SIZE; bit++) {
            final long word = PAGE + (bit >>> 6) * 8L;
            Memory.putLong(word, Memory.getLong(word) ^ 1L << (bit & 63));
            assertFalse(IndexPage.isIntact(PAGE, 8192), "bit " + bit);
            Memory.putLong(word, Memory.getLong(word) ^ 1L << (bit & 63));
        }
        assertTrue(IndexPage.isIntact(PAGE, 8192));
    }

    @Test
    void theTwoLinesOfAHashAreDifferentBucketLinesAndAllAreUsed() {
        final Set<Integer> first = new HashSet<>();
        final Set<Integer> second = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            final long hash = random.nextLong();
            assertNotEquals(IndexPage.firstLine(hash), IndexPage.secondLine(hash));
            first.add(IndexPage.firstLine(hash));
            second.add(IndexPage.secondLine(hash));
        }
        final Set<Integer> all = new HashSet<>();
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.FIRST_STASH_LINE; line++) {
            all.add(line);
        }
        assertEquals(all, first);
        assertEquals(all, second);
    }

    @Test
    void prefixesAreTheTopBits() {
        for (int depth = 0; depth <= 63; depth++) {
            final long hash = random.nextLong();
            final long prefix = IndexPage.prefixOf(hash, depth);
            assertTrue(IndexPage.hasPrefix(hash, prefix, depth));
            if (depth > 0) {
                assertFalse(IndexPage.hasPrefix(hash ^ 1L << (64 - depth), prefix, depth), "depth " + depth);
                assertEquals(0, prefix << depth);
            }
            if (depth < 63) {
                assertTrue(IndexPage.hasPrefix(hash ^ 1L << (62 - depth), prefix, depth), "depth " + depth);
            }
        }
    }

    @Test
    void matchMissesNoEntryThatBearsTheTagAndHardlyEverNamesAnother() {
        int named = 0;
        int meant = 0;
        for (int round = 0; round < 20_000; round++) {
            final int tag = round % 3 == 0 ? 0 : random.nextInt(1 << Entry.TAG_BITS);
            Memory.fill(PAGE, IndexPage.LINE_BYTES, (byte) 0);
            int expected = 0;
            int empty = 0;
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long entry = switch (random.nextInt(4)) {
                    case 0 -> 0L;
                    case 1 -> Entry.of(tag, random.nextLong(1L << 46) & -8);
                    case 2 -> Entry.of(tag ^ 1 << random.nextInt(Entry.SHORT_TAG_BITS), 8) | Entry.DIRTY;
                    default -> random.nextLong();
                };
                final long address = IndexPage.entry(PAGE, j);
                if (entry != 0) {
                    IndexPage.putShortTag(address, Entry.tag(entry));
                    assertTrue(IndexPage.hasShortTag(address, Entry.tag(entry)));
                    assertFalse(IndexPage.hasShortTag(address, Entry.tag(entry) ^ 1));
                }
                Memory.putLong(address, entry);
                expected |= entry != 0 && Entry.tag(entry) == tag ? 1 << j : 0;
                empty |= entry == 0 ? 1 << j : 0;
            }
            int found = 0;
            for (long match = IndexPage.match(PAGE, tag); match != 0; match &= match - 1) {
                final long address = IndexPage.matched(PAGE, match);
                assertTrue(address > PAGE && address < PAGE + IndexPage.LINE_BYTES, "never the tag word itself");
                found |= Entry.tag(Memory.getLong(address)) == tag ? 1 << ((int) (address - PAGE) / Long.BYTES - 1) : 0;
                named++;
            }
            meant += Integer.bitCount(expected);
            assertEquals(expected, found & expected, "all that bear the tag");
            assertEquals(empty, IndexPage.empty(PAGE));
        }
        assertTrue(named < 2 * meant, named + " named, " + meant + " meant");
    }

    @Test
    void anImageGetsTheSameTagWordsAsAPage() {
        final long[] words = new long[IndexPage.BYTES / Long.BYTES];
        Memory.fill(PAGE, IndexPage.BYTES, (byte) 0);
        for (int i = 0; i < 300; i++) {
            final int line = random.nextInt(IndexPage.FIRST_BUCKET_LINE, IndexPage.LINES);
            final int j = random.nextInt(IndexPage.ENTRIES_PER_LINE);
            final int index = line * IndexPage.WORDS_PER_LINE + 1 + j;
            if (words[index] == 0) {
                final long entry = Entry.of(random.nextInt(1 << Entry.TAG_BITS), 8);
                IndexPage.putIntoImage(words, index, entry);
                IndexPage.putShortTag(IndexPage.entry(IndexPage.line(PAGE, line), j), Entry.tag(entry));
                Memory.putLong(IndexPage.entry(IndexPage.line(PAGE, line), j), entry);
            }
        }
        for (int i = 0; i < words.length; i++) {
            assertEquals(Memory.getLong(PAGE + (long) i * Long.BYTES), words[i], "word " + i);
        }
    }
}
