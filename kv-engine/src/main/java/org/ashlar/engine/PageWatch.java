package org.ashlar.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.ashlar.engine.space.Pages;
import org.ashlar.engine.space.Space;
import org.ashlar.kv.PageInfo;
import org.ashlar.pmem.ExtendedDescriptors;
import org.ashlar.pmem.Pool;

/** What the engine writes into the extended descriptors, and how it reads them: which pages are hot, who wrote them, for which map. */
final class PageWatch {
    private static final Comparator<PageInfo> COLDEST_FIRST =
            Comparator.comparingLong(PageInfo::accesses).thenComparing(PageInfo::page, Comparator.reverseOrder());

    private final ExtendedDescriptors extended;
    private final Space space;
    private final Catalog catalog;
    private final long data;

    PageWatch(final Pool pool, final Space space, final Catalog catalog) {
        extended = pool.extended();
        this.space = space;
        this.catalog = catalog;
        data = pool.dataAddress();
    }

    /** Whether the store was opened with extended descriptors. */
    boolean isOn() {
        return extended.isPresent();
    }

    /** Notes that a read found a record. */
    void noteRead(final long record) {
        extended.recordAccess(pageOf(record));
    }

    private long pageOf(final long record) {
        return (record - data) >>> Pages.SHIFT;
    }

    /** The pages that were read or written since the open, those that were read most first. */
    List<PageInfo> hottest(final int limit) {
        if (!isOn() || limit <= 0) {
            return List.of();
        }
        final PriorityQueue<PageInfo> hottest = new PriorityQueue<>(COLDEST_FIRST);
        final long pages = space.usedBytes() >>> Pages.SHIFT;
        for (long page = 0; page < pages; page++) {
            final long accesses = extended.accessHeat(page);
            final long writer = extended.lastWriterThreadId(page);
            final PageInfo coldest = hottest.size() < limit ? null : hottest.peek();
            if ((accesses != 0 || writer != 0) && (coldest == null || accesses > coldest.accesses())) {
                if (coldest != null) {
                    hottest.remove();
                }
                hottest.add(describe(page, accesses, writer));
            }
        }
        final List<PageInfo> sorted = new ArrayList<>(hottest);
        sorted.sort(Collections.reverseOrder(COLDEST_FIRST));
        return sorted;
    }

    private PageInfo describe(final long page, final long accesses, final long writer) {
        final int incarnation = (int) extended.allocationSite(page);
        return new PageInfo(
                page, space.kindOf(page), incarnation == 0 ? null : catalog.nameOf(incarnation), accesses, writer);
    }
}
