package org.ashlar.engine.space;

import org.agrona.collections.IntArrayList;
import org.ashlar.engine.record.RecordHeader;

/**
 * The slot sizes. Multiples of 8: in steps of 8 to 256, of 16 to 512, of 32 to 1,024, then those that divide a span into a whole
 * number of slots. So the padding of a record is under 7% up to 1 KiB and the last slot of a span wastes next to nothing.
 */
final class SizeClasses {
    private static final int SMALLEST = 24;
    private static final int LEAST_SLOTS_PER_SPAN = 4;

    private final int[] bytes;
    private final byte[] classOfWords;

    SizeClasses(final int spanBytes) {
        final IntArrayList sizes = new IntArrayList();
        final int largest = spanBytes / LEAST_SLOTS_PER_SPAN;
        for (int size = SMALLEST; size <= Math.min(1024, largest); ) {
            sizes.addInt(size);
            size += size < 256 ? 8 : size < 512 ? 16 : 32;
        }
        for (int slots = spanBytes / 1024; slots >= LEAST_SLOTS_PER_SPAN; slots--) {
            final int size = spanBytes / slots & -RecordHeader.ALIGNMENT;
            if (size > sizes.getInt(sizes.size() - 1)) {
                sizes.addInt(size);
            }
        }
        if (sizes.size() > 254) {
            throw new IllegalStateException("a class number must fit a byte, but there are " + sizes.size());
        }
        bytes = sizes.toIntArray();
        classOfWords = new byte[largest / RecordHeader.ALIGNMENT + 1];
        for (int words = 0, c = 0; words < classOfWords.length; words++) {
            while (bytes[c] < words * RecordHeader.ALIGNMENT) {
                c++;
            }
            classOfWords[words] = (byte) c;
        }
    }

    int count() {
        return bytes.length;
    }

    int largestBytes() {
        return bytes[bytes.length - 1];
    }

    int bytesOf(final int sizeClass) {
        return bytes[sizeClass];
    }

    /** The smallest class that holds so many bytes, which are at most {@link #largestBytes}. */
    int classFor(final long recordBytes) {
        return classOfWords[(int) (recordBytes + RecordHeader.ALIGNMENT - 1) / RecordHeader.ALIGNMENT] & 0xFF;
    }
}
