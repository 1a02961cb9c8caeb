package org.ashlar.pmem;

/**
 * The extended descriptor of one page: 64 bytes of DRAM, kept only where the options ask for it.
 *
 * <pre>
 *    0                   8                   16                  24                                       64
 *   +-------------------+-------------------+-------------------+-------------------- - ------------------+
 *   | access heat       | last writer       | allocation site   | reserved                                |
 *   +-------------------+-------------------+-------------------+-------------------- - ------------------+
 * </pre>
 */
final class ExtendedDescriptor {
    static final int BYTES = 64;
    static final int HEAT_OFFSET = 0;
    static final int LAST_WRITER_OFFSET = HEAT_OFFSET + Long.BYTES;
    static final int ALLOCATION_SITE_OFFSET = LAST_WRITER_OFFSET + Long.BYTES;
    static final int RESERVED_OFFSET = ALLOCATION_SITE_OFFSET + Long.BYTES;

    private ExtendedDescriptor() {}
}
