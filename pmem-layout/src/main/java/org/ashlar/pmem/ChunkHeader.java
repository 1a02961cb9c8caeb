package org.ashlar.pmem;

/**
 * The header of one chunk: 128 bytes of volatile state, laid out here and filled by the engine.
 *
 * <pre>
 *    0               8               16      20      24      28      32              40              48              56
 *   +---------------+---------------+-------+-------+-------+-------+---------------+---------------+---------------+---------------+
 *   | open stamp    | lock          | flags | kind  | live  | free  | cursor        | next          | owner         | reserved      |
 *   +---------------+---------------+-------+-------+-------+-------+---------------+---------------+---------------+---------------+
 *   | bitmap: one bit for each of up to 512 pages                                                                                   |
 *   +-------------------------------------------------------------------------------------------------------------------------------+
 *    64                                                                                                                          128
 * </pre>
 *
 * <p>As with a {@link CoreDescriptor}, nothing of it is flushed, and it means nothing under a stamp that is not the current
 * open's. A chunk that is one extent is described by its chunk header alone.
 */
public final class ChunkHeader {
    /** Size of a chunk header: two cache lines. */
    public static final int BYTES = 128;

    /** Offset of the open stamp. */
    public static final int STAMP_OFFSET = 0;

    /** Offset of the lock word; the same as in a core descriptor. */
    public static final int LOCK_OFFSET = STAMP_OFFSET + Long.BYTES;

    /** Offset of the flags. */
    public static final int FLAGS_OFFSET = LOCK_OFFSET + Long.BYTES;

    /** Offset of the kind. */
    public static final int KIND_OFFSET = FLAGS_OFFSET + Integer.BYTES;

    /** Offset of the count of what is live in the chunk. */
    public static final int LIVE_COUNT_OFFSET = KIND_OFFSET + Integer.BYTES;

    /** Offset of the count of what is free in the chunk. */
    public static final int FREE_COUNT_OFFSET = LIVE_COUNT_OFFSET + Integer.BYTES;

    /** Offset of the cursor. */
    public static final int CURSOR_OFFSET = FREE_COUNT_OFFSET + Integer.BYTES;

    /** Offset of the intrusive list link. */
    public static final int NEXT_OFFSET = CURSOR_OFFSET + Long.BYTES;

    /** Offset of the owner. */
    public static final int OWNER_OFFSET = NEXT_OFFSET + Long.BYTES;

    /** Offset of the reserved word. */
    public static final int RESERVED_OFFSET = OWNER_OFFSET + Long.BYTES;

    /** Offset of the bitmap: the second cache line. */
    public static final int BITMAP_OFFSET = RESERVED_OFFSET + Long.BYTES;

    /** Number of 64-bit bitmap words. */
    public static final int BITMAP_WORDS = 8;

    private ChunkHeader() {}
}
