package org.ashlar.engine.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ashlar.engine.record.RecordHeader;
import org.ashlar.pmem.CoreDescriptor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SizeClassesTest {
    @ParameterizedTest
    @ValueSource(ints = {16, 32, 64, 128, 256, 512})
    void everySizeFitsTheSmallestClassThatHoldsIt(final int pagesPerChunk) {
        final SizeClasses classes = new SizeClasses(SlotSpace.spanPages(pagesPerChunk) << 12);
        for (int bytes = RecordHeader.BYTES; bytes <= classes.largestBytes(); bytes++) {
            final int sizeClass = classes.classFor(bytes);
            assertTrue(classes.bytesOf(sizeClass) >= bytes, "size " + bytes);
            assertTrue(sizeClass == 0 || classes.bytesOf(sizeClass - 1) < bytes, "size " + bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64, 512})
    void classesAreAlignedAndAscendingAndFewEnoughForAByte(final int pagesPerChunk) {
        final SizeClasses classes = new SizeClasses(SlotSpace.spanPages(pagesPerChunk) << 12);
        assertTrue(classes.count() <= 254);
        for (int c = 0; c < classes.count(); c++) {
            assertEquals(0, classes.bytesOf(c) % RecordHeader.ALIGNMENT);
            assertTrue(c == 0 || classes.bytesOf(c) > classes.bytesOf(c - 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 64, 512})
    void aSlotWastesLittleAndSoDoesASpan(final int pagesPerChunk) {
        final int spanBytes = SlotSpace.spanPages(pagesPerChunk) << 12;
        final SizeClasses classes = new SizeClasses(spanBytes);
        for (int bytes = 32; bytes <= classes.largestBytes(); bytes++) {
            final int slot = classes.bytesOf(classes.classFor(bytes));
            final double bound = bytes <= 64 ? 0.22 : bytes <= 1024 ? 0.1 : 0.21;
            assertTrue(slot - bytes <= bound * slot, "a record of " + bytes + " bytes has a slot of " + slot);
        }
        for (int c = 0; c < classes.count(); c++) {
            final int size = classes.bytesOf(c);
            final int rest = spanBytes - spanBytes / size * size;
            assertTrue(rest < size && (size <= 1024 || rest <= spanBytes / size * 8), "class of " + size);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 512})
    void theSlotsThatBeginInAPageHaveABitEach(final int pagesPerChunk) {
        final SizeClasses classes = new SizeClasses(SlotSpace.spanPages(pagesPerChunk) << 12);
        final int most = (4096 + classes.bytesOf(0) - 1) / classes.bytesOf(0);
        assertTrue(most <= CoreDescriptor.BITMAP_WORDS * Long.SIZE);
    }
}
