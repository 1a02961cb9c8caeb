package org.ashlar.engine.index;

import java.util.concurrent.atomic.LongAdder;
import org.ashlar.engine.epoch.Participant;
import org.ashlar.kv.CorruptStoreException;
import org.ashlar.pmem.CoreDescriptor;
import org.ashlar.pmem.Memory;

/**
 * What happens when an open first writes to an index page, or a sweep finds it live: DIRTY bits that a crash left are cleared, and
 * its entries are counted, if the map's count is not known. Under the page's latch, so exactly once per page and open.
 */
final class FirstTouch {
    private final IndexContext context;
    private final LongAdder count;
    private final boolean countEntries;

    FirstTouch(final IndexContext context, final LongAdder count, final boolean countEntries) {
        this.context = context;
        this.count = count;
        this.countEntries = countEntries;
    }

    /** First touch by a writer, which was led to the page, so that it is live. */
    void touch(final Participant participant, final long page) {
        final long number = context.pageNumber(page);
        if (context.descriptors.isInitialised(number) || !context.descriptors.beginInitialisation(number)) {
            return;
        }
        try {
            if (!IndexPage.isIntact(page, page - context.data)) {
                throw new CorruptStoreException("the header of the index page at linear offset " + (page - context.data)
                        + " fails its check; close the store and verify it");
            }
            settle(page);
            Memory.putInt(context.descriptors.core(number) + CoreDescriptor.FLAGS_OFFSET, CoreDescriptor.CORE);
        } catch (final RuntimeException | Error e) {
            context.descriptors.abandonInitialisation(number);
            throw e;
        }
        context.descriptors.endInitialisation(number);
    }

    /** Under the latch of a live page. */
    void settle(final long page) {
        final int kind = IndexPage.kind(Memory.getLong(page + IndexPage.IDENTITY_OFFSET));
        if (kind == IndexPage.SEGMENT) {
            return;
        }
        context.settle(
                page,
                IndexPage.LINE_BYTES); // filter, chain and forward word bear no DIRTY bit that every writer looks at
        final boolean isSplit = kind == IndexPage.LEAF && Leaf.durableForward(context, page) != 0;
        int entries = 0;
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
            entries += settleLine(IndexPage.line(page, line), isSplit ? 0 : Entry.FROZEN);
        }
        if (countEntries && !isSplit) {
            count.add(entries);
        }
    }

    /** Clears DIRTY bits, after what they warn of is durable, and the FROZEN bits that a split that was not committed left. */
    private int settleLine(final long line, final long marks) {
        int entries = 0;
        boolean persisted = false;
        for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
            final long address = IndexPage.entry(line, j);
            final long entry = Memory.getLong(address);
            if (Entry.isDirty(entry) && !persisted) {
                context.persistence.persist(line, IndexPage.LINE_BYTES);
                persisted = true;
            }
            final long settled = Entry.hasRecord(entry) ? entry & ~(Entry.DIRTY | marks) : 0;
            if (settled != entry && !context.readOnly) {
                Memory.putLongRelease(address, settled);
            }
            entries += Entry.hasRecord(entry) ? 1 : 0;
        }
        return entries;
    }
}
