package org.ashlar.engine.index;

import com.dynatrace.hash4j.hashing.Hashing;
import org.ashlar.pmem.Memory;

/**
 * A page of the index: a header line, then 63 lines of content.
 *
 * <pre>
 *      0       1       2        4              8          16        24        32         40         48
 *     +-------+-------+--------+--------------+----------+---------+---------+----------+----------+----------+
 *   0 | kind  | depth | 0      | map          | prefix   | check   | forward | stash    | overflow | reserved |
 *     |       |       |        | incarnation  |          |         |         | filter   |          |          |
 *     +-------+-------+--------+--------------+----------+---------+---------+----------+----------+----------+
 *  64 | leaf: 60 bucket lines of a tag word and seven entries, then 3 stash lines                               |
 *     | overflow: 63 such lines, scanned                                                                        |
 *     | segment: leaf words from byte 2048 on                                                                   |
 *     +---------------------------------------------------------------------------------------------------------+
 * </pre>
 *
 * <p>kind, depth, incarnation and prefix are written once, before the page is reachable; check covers them and the page's own place.
 * prefix: the hash bits that all keys of the page share, at the top, zero below. stash filter: bit {@code tag & 63} is set before an
 * entry with that tag goes into the stash. overflow: {@link LeafWord} of the next page of the chain.
 *
 * <p>A line begins with its tag word: byte 0 is zero, byte <i>j</i> repeats the lowest 8 bits of the tag of the entry in word <i>j</i>, so
 * that all seven are compared at once. A byte means nothing while its entry is empty. It is stored before its entry, in the same cache
 * line: the stores to one line become durable in the order in which they were made, so no crash leaves an entry without it.
 */
final class IndexPage {
    static final int BYTES = 4096;
    static final int LINE_BYTES = Memory.LINE_BYTES;
    private static final int LINE_SHIFT = Integer.numberOfTrailingZeros(LINE_BYTES);
    static final int WORDS_PER_LINE = LINE_BYTES / Long.BYTES;
    static final int ENTRIES_PER_LINE = WORDS_PER_LINE - 1;

    static final int IDENTITY_OFFSET = 0;
    static final int PREFIX_OFFSET = IDENTITY_OFFSET + Long.BYTES;
    static final int CHECK_OFFSET = PREFIX_OFFSET + Long.BYTES;
    static final int FORWARD_OFFSET = CHECK_OFFSET + Long.BYTES;
    static final int FILTER_OFFSET = FORWARD_OFFSET + Long.BYTES;
    static final int OVERFLOW_OFFSET = FILTER_OFFSET + Long.BYTES;

    static final int BUCKET_LINES = 60;
    static final int FIRST_BUCKET_LINE = 1;
    static final int FIRST_STASH_LINE = FIRST_BUCKET_LINE + BUCKET_LINES;
    static final int LINES = BYTES / LINE_BYTES;
    static final int STASH_LINES = LINES - FIRST_STASH_LINE;

    static final int SEGMENT_BITS = 8;
    static final int SEGMENT_WORDS = 1 << SEGMENT_BITS;
    static final int SEGMENT_OFFSET = BYTES - SEGMENT_WORDS * Long.BYTES;

    static final int LEAF = 0xA1;
    static final int SEGMENT = 0xA2;
    static final int OVERFLOW = 0xA3;

    private static final long SHORT_TAG_MASK = (1L << Entry.SHORT_TAG_BITS) - 1;
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int WORD_IN_LINE = LINE_BYTES - Long.BYTES;

    private IndexPage() {}

    /** The first word of a page's header. */
    static long identity(final int kind, final int depth, final int incarnation) {
        return kind | (long) depth << 8 | (long) incarnation << Integer.SIZE;
    }

    static int kind(final long identity) {
        return (int) identity & 0xFF;
    }

    static int depth(final long identity) {
        return (int) identity >>> 8 & 0xFF;
    }

    static int incarnation(final long identity) {
        return (int) (identity >>> Integer.SIZE);
    }

    static long prefixOf(final long hash, final int depth) {
        return depth == 0 ? 0 : hash & -1L << (Long.SIZE - depth);
    }

    static boolean hasPrefix(final long hash, final long prefix, final int depth) {
        return depth == 0 || (hash ^ prefix) >>> (Long.SIZE - depth) == 0;
    }

    static long check(final long identity, final long prefix, final long linearOffset) {
        return Hashing.wyhashFinal4().hashLongLongLongToLong(identity, prefix, linearOffset);
    }

    /** Whether a header was written whole, for this place. */
    static boolean isIntact(final long page, final long linearOffset) {
        final long identity = Memory.getLong(page + IDENTITY_OFFSET);
        final int kind = kind(identity);
        return kind >= LEAF
                && kind <= OVERFLOW
                && Memory.getLong(page + CHECK_OFFSET)
                        == check(identity, Memory.getLong(page + PREFIX_OFFSET), linearOffset);
    }

    static boolean isBlank(final long page) {
        long any = 0;
        for (int offset = 0; offset < LINE_BYTES; offset += Long.BYTES) {
            any |= Memory.getLong(page + offset);
        }
        return any == 0;
    }

    /** First candidate line of a hash. */
    static int firstLine(final long hash) {
        return (int) firstOffset(hash) / LINE_BYTES;
    }

    /** Second candidate line of a hash; never the first. */
    static int secondLine(final long hash) {
        return (int) secondOffset(hash) / LINE_BYTES;
    }

    /** Where in its page the first candidate line of a hash is, in bytes. In bytes from the start, as each get asks it. */
    static long firstOffset(final long hash) {
        return FIRST_BUCKET_LINE * LINE_BYTES + share(hash, BUCKET_LINES);
    }

    /** Where in its page the second candidate line of a hash is, in bytes: one to all but one of the lines further on, in a ring. */
    static long secondOffset(final long hash) {
        final long offset = firstOffset(hash) + LINE_BYTES + share(hash >>> Short.SIZE, BUCKET_LINES - 1);
        return offset < FIRST_STASH_LINE * LINE_BYTES ? offset : offset - BUCKET_LINES * LINE_BYTES;
    }

    /** Offset of one of a number of lines, each equally likely, that the lowest 16 bits choose. */
    private static long share(final long hash, final int lines) {
        return (((hash & 0xFFFF) * lines) >>> (Short.SIZE - LINE_SHIFT)) & -LINE_BYTES;
    }

    static long line(final long page, final int line) {
        return page + (long) line * LINE_BYTES;
    }

    /** Address of entry j of a line. */
    static long entry(final long line, final int j) {
        return line + (long) (j + 1) * Long.BYTES;
    }

    /**
     * Compares the tag word of a line with a tag, without branches that data decides.
     *
     * @return a bit in the byte of each entry that may bear the tag, for {@link #matched}; also in one now and then that does not
     */
    static long match(final long line, final int tag) {
        return zeroBytes(Memory.getLongAcquire(line) ^ (tag & SHORT_TAG_MASK) * EACH_BYTE) & HIGH_BITS & ~0xFFL;
    }

    /** The highest bit of each byte that is zero is set, and now and then that of one above it; the other bits mean nothing. */
    private static long zeroBytes(final long word) {
        return (word - EACH_BYTE) & ~word;
    }

    /** As {@link #match(long, int)}, in two lines at once; for {@link #matchedLine} and {@link #matched}. */
    static long match(final long line1, final long line2, final int tag) {
        final long tags = (tag & SHORT_TAG_MASK) * EACH_BYTE;
        final long first = zeroBytes(Memory.getLongConsume(line1) ^ tags) & HIGH_BITS;
        final long second = zeroBytes(Memory.getLongConsume(line2) ^ tags) >>> (Byte.SIZE - 1) & EACH_BYTE;
        return (first | second) & -1L << Byte.SIZE; // byte 0 stands for no entry
    }

    /**
     * The line of the lowest bit of a match in two. Which of the two it is is as good as random, so it is chosen by arithmetic, not by a branch:
     * the processor can begin to fetch the record before it knows.
     */
    static long matchedLine(final long line1, final long line2, final long match) {
        // Bits of the first line are the highest of their bytes, at odd places; those of the second are the lowest.
        final long isFirst = (long) Long.numberOfTrailingZeros(match) << 63 >> 63;
        return line2 ^ ((line1 ^ line2) & isFirst);
    }

    /** Address of the entry of the lowest bit of a match in a line. */
    static long matched(final long line, final long match) {
        return line + ((long) Long.numberOfTrailingZeros(match) & WORD_IN_LINE);
    }

    /** Stores the byte of an entry in the tag word of its line, if it is another one; to be followed by the entry. The page is locked. */
    static void putShortTag(final long entryAddress, final int tag) {
        final long line = entryAddress & -LINE_BYTES;
        final int shift = (int) entryAddress & WORD_IN_LINE; // eight bits for a byte there, eight bytes for a word here
        final long tags = Memory.getLong(line);
        final long changed = (tags & ~(SHORT_TAG_MASK << shift)) | ((tag & SHORT_TAG_MASK) << shift);
        if (changed != tags) {
            Memory.putLongRelease(line, changed);
        }
    }

    /** Whether the tag word of an entry's line repeats its tag. */
    static boolean hasShortTag(final long entryAddress, final int tag) {
        final long tags = Memory.getLong(entryAddress & -LINE_BYTES);
        return (((tags >>> (entryAddress & WORD_IN_LINE)) ^ tag) & SHORT_TAG_MASK) == 0;
    }

    /** Puts an entry into the image of a page, and its byte into the tag word of its line, which is zero there. */
    static void putIntoImage(final long[] words, final int index, final long entry) {
        final int j = index & (WORDS_PER_LINE - 1);
        words[index] = entry;
        words[index - j] |= (Entry.tag(entry) & SHORT_TAG_MASK) << (j * Byte.SIZE);
    }

    /** Bit j is set when entry j of the line is empty. */
    static int empty(final long line) {
        int found = 0;
        for (int j = 0; j < ENTRIES_PER_LINE; j++) {
            final long entry = Memory.getLong(entry(line, j));
            found |= (int) (((entry | -entry) >>> 63) ^ 1) << j;
        }
        return found;
    }

    static long filterBit(final int tag) {
        return 1L << (tag & 63);
    }
}
