package org.ashlar.pmem.sim;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.ashlar.pmem.Memory;

/** The ranges of a file that are never flushed, and what a crash leaves there. */
final class VolatileRanges {
    private static final int LINE_BYTES = Memory.LINE_BYTES;
    private static final int WORD_BYTES = Long.BYTES;

    private final ByteImage durable;
    private final AddressMap addresses;
    private FileRange[] ranges = new FileRange[0];

    VolatileRanges(final ByteImage durable, final AddressMap addresses) {
        this.durable = durable;
        this.addresses = addresses;
    }

    void set(final List<FileRange> value) {
        ranges = value.stream()
                .sorted(Comparator.comparingLong(FileRange::offset))
                .toArray(FileRange[]::new);
    }

    /** Whether an offset is in one of them. */
    boolean contains(final long offset) {
        int low = 0;
        int high = ranges.length - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            final FileRange range = ranges[middle];
            if (offset < range.offset()) {
                high = middle - 1;
            } else if (offset >= range.end()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** Keeps what addresses show of them, before they show it no more. */
    void keepContent(final long address, final long end) {
        long at = address;
        for (AddressMap.Region r = addresses.firstIn(at, end); r != null; r = addresses.firstIn(at, end)) {
            keepContent(r, Math.max(at, r.address()), Math.min(end, r.end()));
            at = Math.min(end, r.end());
            if (at == end) {
                break;
            }
        }
    }

    private void keepContent(final AddressMap.Region r, final long from, final long to) {
        final long first = r.toFileOffset(from);
        final long last = r.toFileOffset(to);
        final byte[] bytes = new byte[LINE_BYTES];
        for (final FileRange range : ranges) {
            for (long o = Math.max(first, range.offset());
                    o < Math.min(Math.min(last, range.end()), durable.bytes());
                    o += LINE_BYTES) {
                Memory.copyOut(r.toAddress(o), bytes, Memory.ARRAY_BASE, LINE_BYTES);
                System.arraycopy(bytes, 0, durable.pageForWriting(o), (int) (o % ByteImage.PAGE_BYTES), LINE_BYTES);
            }
        }
    }

    /** Gives them in an image the content that a treatment says. */
    void treat(final ImageDraft image, final VolatileTreatment treatment, final SplittableRandom random) {
        if (treatment != VolatileTreatment.AS_AT_FIRST) {
            for (final FileRange range : ranges) {
                treat(range, image, treatment, random);
            }
        }
    }

    private void treat(
            final FileRange range,
            final ImageDraft image,
            final VolatileTreatment treatment,
            final SplittableRandom random) {
        final byte[] bytes = new byte[LINE_BYTES];
        for (long offset = range.offset(); offset < Math.min(range.end(), durable.bytes()); offset += LINE_BYTES) {
            switch (treatment) {
                case AS_IN_MEMORY -> readMemory(offset, bytes);
                case ZERO -> Arrays.fill(bytes, (byte) 0);
                case GARBAGE -> random.nextBytes(bytes);
                case MIXED -> {
                    final int kind = random.nextInt(4);
                    if (kind == 0) {
                        random.nextBytes(bytes);
                    } else if (kind == 1) {
                        Arrays.fill(bytes, (byte) 0);
                    } else {
                        readMemory(offset, bytes);
                        if (kind == 2) {
                            tearWords(offset, bytes, random);
                        }
                    }
                }
                default -> throw new AssertionError(treatment);
            }
            final byte[] page = image.page(offset);
            System.arraycopy(bytes, 0, page, (int) (offset % ByteImage.PAGE_BYTES), LINE_BYTES);
        }
    }

    /** Takes some words of a line back to what they were at first. */
    private void tearWords(final long offset, final byte[] bytes, final SplittableRandom random) {
        final byte[] first = durable.page(offset);
        for (int w = 0; w < LINE_BYTES; w += WORD_BYTES) {
            if (random.nextBoolean()) {
                if (first == null) {
                    Arrays.fill(bytes, w, w + WORD_BYTES, (byte) 0);
                } else {
                    System.arraycopy(first, (int) (offset % ByteImage.PAGE_BYTES) + w, bytes, w, WORD_BYTES);
                }
            }
        }
    }

    /** Reads a line from the mapping that shows it; where none does, as it was when it was last mapped. */
    private void readMemory(final long offset, final byte[] bytes) {
        for (final AddressMap.Region r : addresses.all()) {
            if (r.fileOffset() <= offset && offset < r.fileOffset() + r.length()) {
                Memory.copyOut(r.toAddress(offset), bytes, Memory.ARRAY_BASE, LINE_BYTES);
                return;
            }
        }
        final byte[] page = durable.page(offset);
        if (page == null) {
            Arrays.fill(bytes, (byte) 0);
        } else {
            System.arraycopy(page, (int) (offset % ByteImage.PAGE_BYTES), bytes, 0, LINE_BYTES);
        }
    }
}
