package org.ashlar.pmem;

/**
 * The header of one section: 64 bytes of volatile state, the top of the hierarchy of lazy initialisation. While it does not
 * bear the current open's stamp, every chunk header and core descriptor of the section is in its initial state.
 *
 * <pre>
 *    0                   8                    16                  24                                      64
 *   +-------------------+--------------------+-------------------+-------------------- - -----------------+
 *   | open stamp        | initialised chunks | initialised pages | reserved                               |
 *   +-------------------+--------------------+-------------------+-------------------- - -----------------+
 * </pre>
 */
final class SectionHeader {
    static final int BYTES = 64;
    static final int STAMP_OFFSET = 0;
    static final int CHUNKS_OFFSET = STAMP_OFFSET + Long.BYTES;
    static final int PAGES_OFFSET = CHUNKS_OFFSET + Long.BYTES;
    static final int RESERVED_OFFSET = PAGES_OFFSET + Long.BYTES;

    private SectionHeader() {}
}
