package org.ashlar.engine.index;

/** What somebody who knows the format can do to an index page. */
public final class IndexForgery {
    /** Where the check of a page's header stands. */
    public static final int CHECK_OFFSET = IndexPage.CHECK_OFFSET;

    /** Where the prefix stands. */
    public static final int PREFIX_OFFSET = IndexPage.PREFIX_OFFSET;

    /** Where the forward word stands. */
    public static final int FORWARD_OFFSET = IndexPage.FORWARD_OFFSET;

    /** Where the filter of the stash stands. */
    public static final int FILTER_OFFSET = IndexPage.FILTER_OFFSET;

    /** Where the word of the next overflow page stands. */
    public static final int OVERFLOW_OFFSET = IndexPage.OVERFLOW_OFFSET;

    /** Where the lines begin. */
    public static final int LINES_OFFSET = IndexPage.LINE_BYTES;

    /** Where the lines of the stash begin. */
    public static final int STASH_OFFSET = IndexPage.FIRST_STASH_LINE * IndexPage.LINE_BYTES;

    /** Where the words of a segment begin. */
    public static final int SEGMENT_OFFSET = IndexPage.SEGMENT_OFFSET;

    private IndexForgery() {}

    /** The check that fits a header. */
    public static long check(final long identity, final long prefix, final long linearOffset) {
        return IndexPage.check(identity, prefix, linearOffset);
    }

    /** Whether the first word of a page says that it is a leaf. */
    public static boolean isLeaf(final long identity) {
        return IndexPage.kind(identity) == IndexPage.LEAF;
    }

    /** Whether the first word of a page says that it is a segment. */
    public static boolean isSegment(final long identity) {
        return IndexPage.kind(identity) == IndexPage.SEGMENT;
    }
}
