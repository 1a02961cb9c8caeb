package org.ashlar.engine.index;

import org.agrona.collections.LongHashSet;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.Memory;

/** Gives back, step by step, what the index of a map holds that is gone, durably, and that no operation can reach any more. */
public final class IndexRemoval {
    private final IndexContext context;
    private final Directory directory;
    private final FirstTouch firstTouch;
    private final LeafWalk leaves;
    private final IndexJudge judge;

    IndexRemoval(
            final IndexContext context,
            final Directory directory,
            final FirstTouch firstTouch,
            final LeafWalk leaves,
            final IndexJudge judge) {
        this.context = context;
        this.directory = directory;
        this.firstTouch = firstTouch;
        this.leaves = leaves;
        this.judge = judge;
    }

    /**
     * Takes all entries out of the leaf that covers a hash, and retires their records. For a map that is gone, durably, and that no
     * operation can reach any more; so nothing is locked, and nothing persisted.
     *
     * @param participant the caller's
     * @param position as for {@link HashIndex#visitLeaf}
     * @return the position of the next leaf; 0 when this was the last
     */
    public long emptyLeaf(final Participant participant, final long position) {
        return leaves.visit(position, (leaf, records, count) -> {
            for (int i = 0; i < count; i++) {
                context.space.prepareToUnlink(participant, records[i]); // judged while its entry is there
            }
            final OverflowChain chain = new OverflowChain(context, leaf);
            for (long page = leaf; page != 0; page = chain.next()) {
                for (int i = IndexPage.FIRST_BUCKET_LINE; i < IndexPage.LINES; i++) {
                    for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                        Memory.putLongRelease(IndexPage.entry(IndexPage.line(page, i), j), 0);
                    }
                }
            }
            for (int i = 0; i < count; i++) {
                context.space.retireRecord(participant, records[i]);
            }
            return true;
        });
    }

    /**
     * The pages of an index, each initialised, so that no sweep judges one of them from here on; its root record likewise.
     *
     * @param participant the caller's
     * @return their addresses, for {@link #retirePages}
     */
    public LongHashSet touchPages(final Participant participant) {
        final LongHashSet pages = new LongHashSet();
        judge.audit(new IndexJudge.Audit() {
            @Override
            public void indexPage(final long page) {
                pages.add(page);
            }

            @Override
            public void record(final long record, final boolean isRoot) {}

            @Override
            public void problem(final String problem) {
                throw new CorruptStoreException(problem);
            }
        });
        final long root = directory.rootRecord();
        if (root != 0) {
            context.space.prepareToUnlink(participant, root);
        }
        pages.forEachLong(page -> firstTouch.touch(participant, page));
        return pages;
    }

    /**
     * Retires the pages and the root record of an index whose leaves are empty and that no judge can find any more; nothing of it may be used
     * afterwards.
     *
     * @param participant the caller's
     * @param pages what {@link #touchPages} returned
     */
    public void retirePages(final Participant participant, final LongHashSet pages) {
        final long root = directory.rootRecord();
        pages.forEachLong(page -> context.space.retireIndexPage(participant, page));
        if (root != 0) {
            context.space.retireRecord(participant, root);
        }
    }
}
