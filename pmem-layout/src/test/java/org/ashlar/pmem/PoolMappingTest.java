package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel says of the addresses around and between the parts of a pool, in {@code /proc/self/maps}. */
class PoolMappingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = {"POOL", "DRAM"})
    void aroundEachPartAndBehindWhatIsMappedNothingCanBeTouchedAndNothingElseCanSettle(
            final DescriptorPlacement placement) throws IOException {
        final PoolOptions options =
                TestPools.tiny().placement(placement).extendedDescriptors(true).build();
        final PoolLayout layout = new PoolLayout(TestPools.TINY, placement == DescriptorPlacement.POOL);
        try (PoolFile file = PoolFile.openOrCreate(folder.resolve("file"))) {
            file.truncate(layout.fileBytes(TestPools.TINY.maxChunks()));
            final PoolMapping mapping = new PoolMapping(layout, placement, file, options);
            try {
                assertGuarded(mapping, 0);
                for (final int chunks : new int[] {1, 4, 9, TestPools.TINY.maxChunks()}) {
                    mapping.extendTo(chunks);
                    assertGuarded(mapping, chunks);
                }
            } finally {
                mapping.release();
            }
        }
    }

    private static void assertGuarded(final PoolMapping mapping, final int chunks) throws IOException {
        final Geometry geometry = mapping.layout().geometry();
        final long guard = geometry.alignmentBytes();
        final long mappedData = mapping.dataAddress() + geometry.dataBytes(chunks);
        final long endOfExtended = mapping.extendedAddress() + mapping.layout().descriptorBytes();
        assertUntouchable(mapping.dataAddress() - guard, mapping.dataAddress());
        assertUntouchable(mappedData, mapping.descriptorAddress());
        assertUntouchable(mapping.descriptorAddress() - guard, mapping.descriptorAddress());
        assertUntouchable(mapping.frontAddress() - guard, mapping.frontAddress());
        assertUntouchable(
                mapping.frontAddress() + mapping.layout().sectionsOffset(),
                mapping.frontAddress() + mapping.layout().sectionsOffset() + guard);
        assertUntouchable(mapping.extendedAddress() - guard, mapping.extendedAddress());
        assertUntouchable(endOfExtended, endOfExtended + guard);
    }

    /** All of a range is mapped, without any permission: a touch ends in a fault, and no other mapping finds room there. */
    private static void assertUntouchable(final long from, final long to) throws IOException {
        final List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
        long untouchable = 0;
        for (final String line : maps) {
            if (line.contains(" ---p ")) {
                final String[] words = line.split("[- ]", 3);
                final long first = Math.max(from, Long.parseUnsignedLong(words[0], 16));
                final long end = Math.min(to, Long.parseUnsignedLong(words[1], 16));
                untouchable += Math.max(0, end - first);
            }
        }
        assertEquals(
                to - from,
                untouchable,
                () -> Long.toHexString(from) + " to " + Long.toHexString(to) + " in " + String.join("\n", maps));
    }
}
