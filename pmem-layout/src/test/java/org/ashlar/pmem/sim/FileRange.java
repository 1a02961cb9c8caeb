package org.ashlar.pmem.sim;

/**
 * A range of a file.
 *
 * @param offset first byte
 * @param length bytes
 */
public record FileRange(long offset, long length) {
    /**
     * The offset behind the last byte.
     *
     * @return the end, exclusive
     */
    public long end() {
        return offset + length;
    }
}
