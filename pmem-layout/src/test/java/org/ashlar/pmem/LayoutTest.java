package org.ashlar.pmem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ashlar.pmem.PoolException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {
    private static final Path SOURCES = Path.of("src/main/java/org/ashlar/pmem");
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    @ParameterizedTest
    @ValueSource(
            classes = {
                CoreDescriptor.class,
                ChunkHeader.class,
                SectionHeader.class,
                ExtendedDescriptor.class,
                PoolHeader.class
            })
    void diagramAndOffsetsSayTheSame(final Class<?> descriptor) throws IOException, IllegalAccessException {
        final TreeSet<Integer> offsets = new TreeSet<>();
        final int bytes = constant(descriptor, "BYTES");
        for (final Field field : descriptor.getDeclaredFields()) {
            if (field.getName().endsWith("_OFFSET")) {
                assertTrue(offsets.add(constant(descriptor, field.getName())), () -> "twice: " + field);
            }
        }
        final Set<Integer> drawn = drawnOffsets(descriptor);
        assertTrue(drawn.containsAll(offsets), () -> "drawn " + drawn + ", declared " + offsets);
        drawn.removeAll(offsets);
        drawn.remove(bytes);
        // What is left are words of an array that begins at a declared offset.
        for (final int offset : drawn) {
            assertEquals(0, (offset - offsets.floor(offset)) % Long.BYTES, () -> "drawn, not declared: " + offset);
        }
        assertTrue(offsets.last() < bytes);
        assertEquals(0, bytes % Memory.LINE_BYTES);
    }

    private static int constant(final Class<?> type, final String name) throws IllegalAccessException {
        try {
            final Field field = type.getDeclaredField(name);
            return field.getInt(null);
        } catch (final NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<Integer> drawnOffsets(final Class<?> descriptor) throws IOException {
        final String source = Files.readString(SOURCES.resolve(descriptor.getSimpleName() + ".java"));
        final String diagram = source.substring(source.indexOf("<pre>"), source.indexOf("</pre>"));
        final Set<Integer> numbers = new TreeSet<>();
        diagram.lines()
                .filter(line -> !line.contains("|") && !line.contains("+"))
                .forEach(line -> {
                    final Matcher matcher = NUMBER.matcher(line);
                    while (matcher.find()) {
                        numbers.add(Integer.valueOf(matcher.group()));
                    }
                });
        return numbers;
    }

    @Test
    void lockAndStampAreWhereDescriptorsExpectThem() {
        assertEquals(64, CoreDescriptor.BYTES);
        assertEquals(128, ChunkHeader.BYTES);
        assertEquals(CoreDescriptor.STAMP_OFFSET, ChunkHeader.STAMP_OFFSET);
        assertEquals(CoreDescriptor.LOCK_OFFSET, ChunkHeader.LOCK_OFFSET);
        assertEquals(CoreDescriptor.BYTES, CoreDescriptor.RESERVED_OFFSET + Long.BYTES);
        assertEquals(ChunkHeader.BYTES, ChunkHeader.BITMAP_OFFSET + ChunkHeader.BITMAP_WORDS * Long.BYTES);
    }

    @Test
    void everyLongOfAHeaderIsAligned() throws IllegalAccessException {
        for (final String name : new String[] {
            "MAGIC_OFFSET",
            "COMPAT_OFFSET",
            "INCOMPAT_OFFSET",
            "SECTION_BYTES_OFFSET",
            "OPEN_STAMP_OFFSET",
            "SEQUENCE_OFFSET"
        }) {
            assertEquals(0, constant(PoolHeader.class, name) % Long.BYTES, name);
        }
    }

    @Test
    void standardSectionsAreTwoMebibytesInFrontOf128() {
        final Geometry geometry = Geometry.standard(1L << 30);
        assertEquals(2 << 20, geometry.descriptorBytesPerSection());
        final PoolLayout layout = new PoolLayout(geometry, true);
        assertEquals(0, layout.sectionsOffset() % (2 << 20));
        assertEquals(130L << 20, layout.descriptorsOffset(1) - layout.descriptorsOffset(0));
        assertEquals(2L << 20, layout.dataOffset(3) - layout.descriptorsOffset(3));
        assertEquals(layout.dataOffset(1) + (2L << 20), layout.chunkOffset(65));
        assertEquals(layout.dataOffset(0) + (128L << 20), layout.fileBytes(64));
    }

    @Test
    void poolsAbove256GibibytesGetLargeSections() {
        assertEquals(128L << 20, Geometry.standard(256L << 30).sectionBytes());
        final Geometry large = Geometry.standard((256L << 30) + 1);
        assertEquals(64L << 30, large.sectionBytes());
        assertEquals(1L << 30, large.descriptorBytesPerSection());
        final PoolLayout layout = new PoolLayout(large, true);
        assertEquals(0, layout.sectionsOffset() % (1L << 30));
        assertEquals(65L << 30, layout.descriptorsOffset(1) - layout.descriptorsOffset(0));
        assertEquals(128L << 20, Geometry.standard(1L << 30, 1L << 40).sectionBytes());
        assertEquals(64L << 30, Geometry.standard(1L << 30, 4L << 40).sectionBytes());
    }

    @Test
    void withoutDescriptorPartsDataIsContiguousInTheFile() {
        final PoolLayout layout = new PoolLayout(TestPools.TINY, false);
        for (int chunk = 0; chunk < TestPools.TINY.maxChunks(); chunk++) {
            assertEquals(layout.sectionsOffset() + chunk * 65536L, layout.chunkOffset(chunk));
        }
    }

    @Test
    void noTwoPartsOfTheFileOverlap() {
        for (final boolean parts : new boolean[] {false, true}) {
            final PoolLayout layout = new PoolLayout(TestPools.TINY, parts);
            assertEquals(16384, PoolLayout.CHUNK_TABLE_OFFSET);
            assertTrue(layout.allocationMapOffset() >= PoolLayout.CHUNK_TABLE_OFFSET + 64 * 8);
            assertEquals(layout.allocationMapOffset() + layout.allocationMapBytes(), layout.sectionHeadersOffset());
            assertTrue(layout.chunkHeadersOffset() >= layout.sectionHeadersOffset());
            assertTrue(layout.sectionsOffset() >= layout.chunkHeadersOffset() + (parts ? 64 * 128 : 0));
            assertTrue(layout.sectionsOffset() <= 40 << 10);
        }
    }

    @Test
    void impossibleGeometriesAreRefused() {
        assertRefused(32 << 10, 256 << 10, 1);
        assertRefused(4 << 20, 256 << 20, 1);
        assertRefused(65 << 10, 256 << 10, 1);
        assertRefused(64 << 10, 128 << 10, 1);
        assertRefused(64 << 10, 300 << 10, 1);
        assertRefused(2 << 20, 1 << 20, 1);
        assertRefused(64 << 10, 256 << 10, 0);
        assertRefused(2 << 20, 128 << 20, (32 << 20) + 1);
    }

    private static void assertRefused(final int chunkBytes, final long sectionBytes, final int maxChunks) {
        final PoolException e =
                assertThrows(PoolException.class, () -> new Geometry(chunkBytes, sectionBytes, maxChunks));
        assertEquals(Reason.INVALID_OPTION, e.reason());
    }
}
