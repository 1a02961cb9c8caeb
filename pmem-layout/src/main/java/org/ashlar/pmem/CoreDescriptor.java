package org.ashlar.pmem;

/**
 * The core descriptor: exactly 64 bytes of volatile state for one 4 KiB page. Static accessors over an address that
 * {@link Descriptors} hands out; the fields after the stamp belong to the engine on top.
 *
 * <pre>
 *    0                   8                  16       20       24
 *   +-------------------+------------------+--------+--------+
 *   | open stamp        | lock             | flags  | count  |
 *   +-------------------+------------------+--------+--------+------------------+
 *   | bitmap word 0     | bitmap word 1    | bitmap word 2   | next             |
 *   +-------------------+------------------+-----------------+------------------+
 *   24                  32                 40                48                 56: reserved, 8 bytes
 * </pre>
 *
 * <p>Nothing of it is ever flushed or trusted across opens: a descriptor whose stamp is not the stamp of the current open
 * is uninitialised, whatever its other bytes say. The idea of a 64-byte page descriptor that only guarantees its size is
 * from the 2015 kernel-list discussion "Directly mapped persistent memory page cache".
 */
public final class CoreDescriptor {
    /** Size of a descriptor; the only ABI. */
    public static final int BYTES = 64;

    /** Offset of the open stamp. */
    public static final int STAMP_OFFSET = 0;

    /** Offset of the lock word. */
    public static final int LOCK_OFFSET = STAMP_OFFSET + Long.BYTES;

    /** Offset of the flags. */
    public static final int FLAGS_OFFSET = LOCK_OFFSET + Long.BYTES;

    /** Offset of the count. */
    public static final int COUNT_OFFSET = FLAGS_OFFSET + Integer.BYTES;

    /** Offset of the first bitmap word. */
    public static final int BITMAP_OFFSET = COUNT_OFFSET + Integer.BYTES;

    /** Number of 64-bit bitmap words. */
    public static final int BITMAP_WORDS = 3;

    /** Offset of the intrusive list link. */
    public static final int NEXT_OFFSET = BITMAP_OFFSET + BITMAP_WORDS * Long.BYTES;

    /** Offset of the reserved word. */
    public static final int RESERVED_OFFSET = NEXT_OFFSET + Long.BYTES;

    /** Flag that every initialised descriptor bears. */
    public static final int CORE = 1;

    private CoreDescriptor() {}
}
