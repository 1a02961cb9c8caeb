package org.ashlar.engine.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.ashlar.engine.record.LinearBytes;
import org.jspecify.annotations.Nullable;

/** An index page of a pool that may be damaged, on the heap. */
public final class IndexPageImage {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes = new byte[IndexPage.BYTES];
    private final long offset;

    private IndexPageImage(final long offset) {
        this.offset = offset;
    }

    /**
     * Reads a page.
     *
     * @param source the pool
     * @param linearOffset of the page
     * @return the page, of which nothing is checked; null where it cannot be read
     */
    public static @Nullable IndexPageImage read(final LinearBytes source, final long linearOffset) {
        final IndexPageImage page = new IndexPageImage(linearOffset);
        return source.read(linearOffset, page.bytes, 0, IndexPage.BYTES) ? page : null;
    }

    public long offset() {
        return offset;
    }

    long word(final int at) {
        return (long) LONG.get(bytes, at);
    }

    private long identity() {
        return word(IndexPage.IDENTITY_OFFSET);
    }

    /** Whether the header was written whole, for this place. */
    public boolean isIntact() {
        final int kind = IndexPage.kind(identity());
        return kind >= IndexPage.LEAF
                && kind <= IndexPage.OVERFLOW
                && word(IndexPage.CHECK_OFFSET) == IndexPage.check(identity(), prefix(), offset);
    }

    /** Whether the page was never formatted. */
    public boolean isBlank() {
        long any = 0;
        for (int at = 0; at < IndexPage.LINE_BYTES; at += Long.BYTES) {
            any |= word(at);
        }
        return any == 0;
    }

    /** Whether this is a leaf that was not split. */
    public boolean isLastLeaf() {
        return IndexPage.kind(identity()) == IndexPage.LEAF && word(IndexPage.FORWARD_OFFSET) == 0;
    }

    public int depth() {
        return IndexPage.depth(identity());
    }

    public long prefix() {
        return word(IndexPage.PREFIX_OFFSET);
    }

    public int incarnation() {
        return IndexPage.incarnation(identity());
    }

    boolean is(final int kind, final int depth, final int incarnation, final long hash) {
        return isIntact()
                && identity() == IndexPage.identity(kind, depth, incarnation)
                && IndexPage.hasPrefix(hash, prefix(), depth);
    }

    /** What an entry says. */
    public record EntryImage(long recordOffset, int tag, int depth, long prefix, int line, boolean inOverflow) {
        /**
         * Whether a look-up for a hash would come to this entry.
         *
         * @param hash of a record's key
         * @return true when it would
         */
        public boolean fits(final long hash) {
            return Entry.tagOf(hash, depth) == tag
                    && IndexPage.hasPrefix(hash, prefix, depth)
                    && (inOverflow
                            || line >= IndexPage.FIRST_STASH_LINE
                            || line == IndexPage.firstLine(hash)
                            || line == IndexPage.secondLine(hash));
        }
    }

    /** Takes entries. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes an entry.
         *
         * @param entry what it says; nothing of it is checked
         */
        void accept(EntryImage entry);
    }

    /** Every entry of this page that names a record, as one of a leaf of a depth and a prefix. */
    void forEachEntry(final int depth, final long prefix, final boolean isOverflow, final Sink sink) {
        for (int line = IndexPage.FIRST_BUCKET_LINE; line < IndexPage.LINES; line++) {
            for (int j = 0; j < IndexPage.ENTRIES_PER_LINE; j++) {
                final long entry = word(line * IndexPage.LINE_BYTES + (j + 1) * Long.BYTES);
                if (Entry.hasRecord(entry)) {
                    sink.accept(new EntryImage(
                            Entry.linearOffset(entry), Entry.tag(entry), depth, prefix, line, isOverflow));
                }
            }
        }
    }
}
