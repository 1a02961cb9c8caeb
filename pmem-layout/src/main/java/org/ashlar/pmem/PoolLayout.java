package org.ashlar.pmem;

/**
 * Where everything lies in a pool file: arithmetic over a {@link Geometry}, nothing else.
 *
 * <pre>
 *   0          4096       8192         16384
 *  +----------+----------+------------+-------------+----------------+-----------------+---------------+
 *  | header A | header B | engine     | chunk table | allocation map | section headers | chunk headers |
 *  |          |          | area       | 8 B / chunk | 1 bit / chunk  | 64 B / section  | 128 B / chunk |
 *  +----------+----------+------------+-------------+----------------+-----------------+---------------+
 *                                       each part begins at a page     with descriptors in the pool only
 *
 *   sections offset, a multiple of the geometry's alignment
 *  +---------------+----------------+---------------+----------------+-- -
 *  | descriptors 0 | data 0         | descriptors 1 | data 1         |
 *  +---------------+----------------+---------------+----------------+-- -
 * </pre>
 */
final class PoolLayout {
    static final long HEADER_A_OFFSET = 0;
    static final long HEADER_B_OFFSET = HEADER_A_OFFSET + Geometry.PAGE_BYTES;
    static final long ENGINE_AREA_OFFSET = HEADER_B_OFFSET + Geometry.PAGE_BYTES;
    static final int ENGINE_AREA_BYTES = 8192;
    static final long CHUNK_TABLE_OFFSET = ENGINE_AREA_OFFSET + ENGINE_AREA_BYTES;
    static final int CHUNK_WORD_BYTES = Long.BYTES;

    private final Geometry geometry;
    private final boolean descriptorParts;
    private final long allocationMapOffset;
    private final long sectionHeadersOffset;
    private final long chunkHeadersOffset;
    private final long sectionsOffset;
    private final long sectionStrideBytes;

    PoolLayout(final Geometry geometry, final boolean descriptorParts) {
        this.geometry = geometry;
        this.descriptorParts = descriptorParts;
        allocationMapOffset = alignPage(CHUNK_TABLE_OFFSET + (long) CHUNK_WORD_BYTES * geometry.maxChunks());
        sectionHeadersOffset = allocationMapOffset + allocationMapBytes();
        chunkHeadersOffset = sectionHeadersOffset + (descriptorParts ? sectionHeaderBytes() : 0);
        final long end = chunkHeadersOffset + (descriptorParts ? chunkHeaderBytes() : 0);
        sectionsOffset = align(end, geometry.alignmentBytes());
        sectionStrideBytes = geometry.sectionBytes() + (descriptorParts ? geometry.descriptorBytesPerSection() : 0);
    }

    Geometry geometry() {
        return geometry;
    }

    boolean hasDescriptorParts() {
        return descriptorParts;
    }

    long allocationMapOffset() {
        return allocationMapOffset;
    }

    long allocationMapBytes() {
        return alignPage((geometry.maxChunks() + 63L) / 64 * Long.BYTES);
    }

    long sectionHeadersOffset() {
        return sectionHeadersOffset;
    }

    long sectionHeaderBytes() {
        return alignPage((long) geometry.maxSections() * SectionHeader.BYTES);
    }

    long chunkHeadersOffset() {
        return chunkHeadersOffset;
    }

    long chunkHeaderBytes() {
        return alignPage((long) geometry.maxChunks() * ChunkHeader.BYTES);
    }

    /** Bytes of the whole range of core descriptors, that of a last, partial section counted in full. */
    long descriptorBytes() {
        return geometry.maxSections() * geometry.descriptorBytesPerSection();
    }

    /** Where the first section begins, and how many bytes are mapped in front of it. */
    long sectionsOffset() {
        return sectionsOffset;
    }

    long descriptorsOffset(final int section) {
        return sectionsOffset + section * sectionStrideBytes;
    }

    long dataOffset(final int section) {
        return descriptorsOffset(section) + (descriptorParts ? geometry.descriptorBytesPerSection() : 0);
    }

    long chunkOffset(final int chunk) {
        final int perSection = geometry.chunksPerSection();
        return dataOffset(chunk / perSection) + (long) (chunk % perSection) * geometry.chunkBytes();
    }

    /** The length of a file of that many chunks; a longer one is fine. */
    long fileBytes(final int chunks) {
        return chunks == 0 ? sectionsOffset : chunkOffset(chunks - 1) + geometry.chunkBytes();
    }

    static long alignPage(final long value) {
        return align(value, Geometry.PAGE_BYTES);
    }

    static long align(final long value, final long alignment) {
        return (value + alignment - 1) & -alignment;
    }

    static long alignPageDown(final long value) {
        return value & -Geometry.PAGE_BYTES;
    }
}
