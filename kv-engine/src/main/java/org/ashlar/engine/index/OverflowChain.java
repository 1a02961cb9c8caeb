package org.ashlar.engine.index;

import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;

/**
 * The overflow pages of a leaf, one after the other. Each must say itself that it is one of that leaf, so that a link that was damaged is told,
 * and not taken for the end; and a chain that comes back to where it was is refused (after "An improved Monte Carlo factorization algorithm",
 * R. P. Brent, 1980), so that none is walked for ever.
 */
final class OverflowChain {
    private final IndexContext context;
    private final long identity;
    private final long prefix;
    private long next;

    /** A page that was passed, and how many came after the first. */
    private long mark;

    private long passed;

    OverflowChain(final IndexContext context, final long leaf) {
        this.context = context;
        final long leafIdentity = Memory.getLong(leaf + IndexPage.IDENTITY_OFFSET);
        identity = IndexPage.identity(
                IndexPage.OVERFLOW, IndexPage.depth(leafIdentity), IndexPage.incarnation(leafIdentity));
        prefix = Memory.getLong(leaf + IndexPage.PREFIX_OFFSET);
        next = Memory.getLongAcquire(leaf + IndexPage.OVERFLOW_OFFSET);
    }

    /** Whether a leaf has one; most have none. */
    static boolean isAt(final long leaf) {
        return Memory.getLongAcquire(leaf + IndexPage.OVERFLOW_OFFSET) != 0;
    }

    /** Address of the next page; 0 behind the last. */
    long next() {
        if (next == 0) {
            return 0;
        }
        final long page = context.pageOf(next);
        if (page == mark
                || Memory.getLong(page + IndexPage.IDENTITY_OFFSET) != identity
                || Memory.getLong(page + IndexPage.PREFIX_OFFSET) != prefix) {
            throw new CorruptStoreException("the page at linear offset " + (page - context.data)
                    + (page == mark
                            ? " comes twice in an overflow chain"
                            : " is in an overflow chain that is not its own")
                    + "; verify the store");
        }
        if ((++passed & passed - 1) == 0) {
            mark = page;
        }
        next = Memory.getLongAcquire(page + IndexPage.OVERFLOW_OFFSET);
        return page;
    }
}
