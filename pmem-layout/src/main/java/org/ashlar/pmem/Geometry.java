package org.ashlar.pmem;

import static org.ashlar.pmem.PoolException.Reason.INVALID_OPTION;

/**
 * The sizes that a pool is laid out by, fixed when it is created: chunks of pages, sections of chunks.
 *
 * <p>A section is the unit that is mapped and appended; in front of its data lie its core descriptors, 1/64 of it, where
 * descriptors are placed in the pool. The standard section is 128 MiB of data behind 2 MiB of descriptors; the large one,
 * 64 GiB behind 1 GiB, bounds the number of mappings and the time to open.
 *
 * @param chunkBytes bytes of a chunk: a power of two, 16 to 512 pages
 * @param sectionBytes bytes of data of a section: a power of two, a multiple of the chunk, at least 256 KiB (so that its
 *     descriptors fill whole pages)
 * @param maxChunks the number of chunks that the pool can grow to, at least 1
 */
public record Geometry(int chunkBytes, long sectionBytes, int maxChunks) {
    /** log2 of {@link #PAGE_BYTES}. */
    public static final int PAGE_SHIFT = 12;

    /** Bytes of a page. */
    public static final int PAGE_BYTES = 1 << PAGE_SHIFT;

    /** Bytes of a standard chunk. */
    public static final int CHUNK_BYTES = 2 << 20;

    /** Bytes of data of a standard section. */
    public static final long SECTION_BYTES = 128L << 20;

    /** Bytes of data of a large section. */
    public static final long LARGE_SECTION_BYTES = 64L << 30;

    /** A pool of a larger initial size than this gets large sections. */
    public static final long LARGE_ABOVE_INITIAL_BYTES = 256L << 30;

    /** A pool of a larger maximum size than this gets large sections, as Linux limits the mappings of a process. */
    public static final long LARGE_ABOVE_MAXIMUM_BYTES = 2L << 40;

    /** The most data that the format can describe. */
    public static final long LIMIT_BYTES = 64L << 40;

    private static final int MIN_PAGES_PER_CHUNK = 16;
    private static final int MAX_PAGES_PER_CHUNK = 512;
    private static final long MIN_SECTION_BYTES = (long) PAGE_BYTES * PAGE_BYTES / CoreDescriptor.BYTES;

    /** Checks the limits that each parameter documents. */
    public Geometry {
        require(
                Integer.bitCount(chunkBytes) == 1
                        && chunkBytes >= MIN_PAGES_PER_CHUNK * PAGE_BYTES
                        && chunkBytes <= MAX_PAGES_PER_CHUNK * PAGE_BYTES,
                "a chunk has a power of two of bytes, 65536 to 2097152, not " + chunkBytes);
        require(
                Long.bitCount(sectionBytes) == 1
                        && sectionBytes >= MIN_SECTION_BYTES
                        && sectionBytes >= chunkBytes
                        && sectionBytes <= LARGE_SECTION_BYTES,
                "a section has a power of two of bytes, 262144 to 68719476736, and at least one chunk, not "
                        + sectionBytes);
        require(
                maxChunks >= 1 && (long) maxChunks * chunkBytes <= LIMIT_BYTES,
                "a pool has 1 chunk to " + LIMIT_BYTES + " bytes of data, not " + maxChunks + " chunks of " + chunkBytes
                        + " bytes");
    }

    private static void require(final boolean condition, final String message) {
        if (!condition) {
            throw new PoolException(INVALID_OPTION, message);
        }
    }

    /**
     * The geometry of a pool whose size is known from the start.
     *
     * @param maxDataBytes the most data that the pool shall hold
     * @return chunks of 2 MiB; large sections above {@link #LARGE_ABOVE_INITIAL_BYTES}
     */
    public static Geometry standard(final long maxDataBytes) {
        return standard(maxDataBytes, maxDataBytes);
    }

    /**
     * The geometry of a pool that may grow.
     *
     * @param initialDataBytes the data that it is created for
     * @param maxDataBytes the most data that it shall hold; {@code initialDataBytes} where that is more
     * @return chunks of 2 MiB; large sections above {@link #LARGE_ABOVE_INITIAL_BYTES} to begin with, or above {@link
     *     #LARGE_ABOVE_MAXIMUM_BYTES} in the end
     */
    public static Geometry standard(final long initialDataBytes, final long maxDataBytes) {
        require(initialDataBytes >= 0 && maxDataBytes >= 0, "a size is not negative");
        final long bytes = Math.max(initialDataBytes, maxDataBytes);
        require(bytes <= LIMIT_BYTES, "a pool has at most " + LIMIT_BYTES + " bytes of data, not " + bytes);
        final boolean large = initialDataBytes > LARGE_ABOVE_INITIAL_BYTES || bytes > LARGE_ABOVE_MAXIMUM_BYTES;
        final long chunks = Math.max(1, (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
        return new Geometry(CHUNK_BYTES, large ? LARGE_SECTION_BYTES : SECTION_BYTES, Math.toIntExact(chunks));
    }

    /**
     * Pages of a chunk.
     *
     * @return 16 to 512
     */
    public int pagesPerChunk() {
        return chunkBytes >> PAGE_SHIFT;
    }

    /**
     * log2 of {@link #pagesPerChunk}.
     *
     * @return 4 to 9
     */
    public int pagesPerChunkShift() {
        return Integer.numberOfTrailingZeros(pagesPerChunk());
    }

    /**
     * Chunks of a section.
     *
     * @return at least 1
     */
    public int chunksPerSection() {
        return (int) (sectionBytes / chunkBytes);
    }

    /**
     * Bytes of the core descriptors of one section: 64 for each 4096 of its data.
     *
     * @return a multiple of the page
     */
    public long descriptorBytesPerSection() {
        return sectionBytes >> 6;
    }

    /**
     * The number of sections that the pool can grow to; the last may be partial.
     *
     * @return at least 1
     */
    public int maxSections() {
        return sectionsOf(maxChunks);
    }

    /**
     * How many sections a number of chunks needs.
     *
     * @param chunks 0 or more
     * @return sections, the last perhaps partial
     */
    public int sectionsOf(final int chunks) {
        return (int) (((long) chunks + chunksPerSection() - 1) / chunksPerSection());
    }

    /**
     * Bytes of data of a number of chunks.
     *
     * @param chunks 0 or more
     * @return bytes
     */
    public long dataBytes(final int chunks) {
        return (long) chunks * chunkBytes;
    }

    /**
     * What sections are aligned to, in the file and in memory, so that huge pages can map them.
     *
     * @return 1 GiB for large sections, else 2 MiB for chunks of 2 MiB, else a page
     */
    public long alignmentBytes() {
        if (sectionBytes == LARGE_SECTION_BYTES) {
            return 1L << 30;
        }
        return chunkBytes == CHUNK_BYTES ? CHUNK_BYTES : PAGE_BYTES;
    }
}
