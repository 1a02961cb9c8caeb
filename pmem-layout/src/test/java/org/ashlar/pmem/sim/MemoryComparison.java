package org.ashlar.pmem.sim;

import java.util.Arrays;
import org.ashlar.pmem.Memory;

/** Holds what mapped memory shows against what was recorded. */
final class MemoryComparison {
    private static final int LINE_BYTES = Memory.LINE_BYTES;
    private static final int WORD_BYTES = Long.BYTES;
    private static final byte[] ZERO_PAGE = new byte[ByteImage.PAGE_BYTES];

    private final ByteImage durable;
    private final AddressMap addresses;
    private final PendingStores stores;
    private final VolatileRanges volatileRanges;

    MemoryComparison(
            final ByteImage durable,
            final AddressMap addresses,
            final PendingStores stores,
            final VolatileRanges volatileRanges) {
        this.durable = durable;
        this.addresses = addresses;
        this.stores = stores;
        this.volatileRanges = volatileRanges;
    }

    /** A difference is a store that went past the memory seam. */
    void assertAllStoresWereSeen() {
        for (final AddressMap.Region r : addresses.all()) {
            forEachPageThatDiffers(r, this::comparePage);
        }
    }

    /** Takes over what was written to the file, rather than stored in memory, before it was mapped. */
    void adopt(final AddressMap.Region r) {
        forEachPageThatDiffers(r, (offset, inPage, length, memory) -> {
            for (int at = inPage; at < inPage + length; at += WORD_BYTES) {
                final long wordOffset = offset + (at - inPage);
                if (stores.lineAt(wordOffset) == null) {
                    final long found = (long) PendingLine.LONG.get(memory, at);
                    if (found != stores.durableWord(wordOffset)) {
                        PendingLine.LONG.set(durable.pageForWriting(wordOffset), at, found);
                    }
                }
            }
        });
    }

    private interface PageVisitor {
        /** Sees a part of a page that is mapped: from {@code inPage} on, what memory holds. */
        void visit(long offset, int inPage, int length, byte[] memory);
    }

    /** Visits the pages of a mapping that do not hold what is durable, be it that stores are pending there. */
    private void forEachPageThatDiffers(final AddressMap.Region r, final PageVisitor visitor) {
        final byte[] memory = new byte[ByteImage.PAGE_BYTES];
        final long end = Math.min(r.fileOffset() + r.length(), durable.bytes());
        long offset = r.fileOffset();
        while (offset < end) {
            final int inPage = (int) (offset % ByteImage.PAGE_BYTES);
            final int length = (int) Math.min(end - offset, ByteImage.PAGE_BYTES - inPage);
            Memory.copyOut(r.toAddress(offset), memory, Memory.ARRAY_BASE + inPage, length);
            final byte[] page = durable.page(offset);
            final byte[] known = page == null ? ZERO_PAGE : page;
            if (!Arrays.equals(memory, inPage, inPage + length, known, inPage, inPage + length)) {
                visitor.visit(offset, inPage, length, memory);
            }
            offset += length;
        }
    }

    private void comparePage(final long offset, final int inPage, final int length, final byte[] actual) {
        for (int at = inPage; at < inPage + length; at += WORD_BYTES) {
            final long wordOffset = offset + (at - inPage);
            final long found = (long) PendingLine.LONG.get(actual, at);
            final long settled = stores.durableWord(wordOffset);
            if (found != settled && !volatileRanges.contains(wordOffset)) {
                final PendingLine line = stores.lineAt(wordOffset);
                final long expected =
                        line == null ? settled : line.visible((int) (wordOffset % LINE_BYTES) / WORD_BYTES);
                if (found != expected) {
                    throw new AssertionError("a store went past the memory seam: the word at 0x"
                            + Long.toHexString(wordOffset) + " of the file is 0x" + Long.toHexString(found)
                            + ", recorded was 0x" + Long.toHexString(expected));
                }
            }
        }
    }
}
