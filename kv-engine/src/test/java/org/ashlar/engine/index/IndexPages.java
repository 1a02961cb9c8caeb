package org.ashlar.engine.index;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.pmem.Memory;

/** The pages of an index, by kind, for tests that spoil them. */
public final class IndexPages {
    private IndexPages() {}

    /** Addresses of the leaves, in the order of a walk. */
    public static List<Long> leaves(final HashIndex index) {
        return ofKind(index, IndexPage.LEAF);
    }

    /** Addresses of the segments. */
    public static List<Long> segments(final HashIndex index) {
        return ofKind(index, IndexPage.SEGMENT);
    }

    /** Address of the root record, or 0. */
    public static long rootRecord(final HashIndex index) {
        final long[] found = new long[1];
        index.judge().audit(new Pages() {
            @Override
            public void record(final long record, final boolean isRoot) {
                found[0] = isRoot ? record : found[0];
            }
        });
        return found[0];
    }

    /** Address of the first entry of a leaf that names a record. */
    public static long firstEntry(final long leaf) {
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long entry = IndexPage.entry(IndexPage.line(leaf, line), j);
                if (Entry.hasRecord(Memory.getLong(entry))) {
                    return entry;
                }
            }
        }
        throw new AssertionError("no entries");
    }

    /** Shows each record with the last of the pages by which a look-up comes from a segment to it. */
    public static void records(final HashIndex index, final PathVisitor visitor) {
        index.judge().audit(new Pages() {
            private long lastPage;
            private boolean isNext;

            @Override
            public void indexPage(final long page) {
                lastPage = isNext ? page : Math.max(lastPage, page);
                isNext = false;
            }

            @Override
            public void record(final long record, final boolean isRoot) {
                isNext = true;
                if (!isRoot) {
                    visitor.visit(record, lastPage);
                }
            }
        });
    }

    /** Sees a record, and the page that lies last of those that lead to it. */
    @FunctionalInterface
    public interface PathVisitor {
        /** Addresses. */
        void visit(long record, long lastPage);
    }

    private static List<Long> ofKind(final HashIndex index, final int kind) {
        final List<Long> pages = new ArrayList<>();
        index.judge().audit(new Pages() {
            @Override
            public void indexPage(final long page) {
                if (IndexPage.kind(Memory.getLong(page)) == kind) {
                    pages.add(page);
                }
            }
        });
        return pages;
    }

    private abstract static class Pages implements IndexJudge.Audit {
        @Override
        public void indexPage(final long page) {}

        @Override
        public void record(final long record, final boolean isRoot) {}

        @Override
        public void problem(final String problem) {
            throw new AssertionError(problem);
        }
    }
}
