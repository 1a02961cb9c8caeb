package org.ashlar.engine.index;

/**
 * The hashes whose first bits are alike.
 *
 * @param prefix the bits, zero below
 * @param depth how many they are, 0 to 63
 */
public record HashRange(long prefix, int depth) {
    /**
     * The range around a hash.
     *
     * @param hash any in the range
     * @param depth how many of its bits count
     * @return the range
     */
    public static HashRange of(final long hash, final int depth) {
        return new HashRange(IndexPage.prefixOf(hash, depth), depth);
    }

    /**
     * Whether a hash is in the range.
     *
     * @param hash any
     * @return true when it is
     */
    public boolean contains(final long hash) {
        return IndexPage.hasPrefix(hash, prefix, depth);
    }

    /**
     * Whether two ranges have hashes in common.
     *
     * @param other any
     * @return true when they have
     */
    public boolean overlaps(final HashRange other) {
        return depth <= other.depth ? contains(other.prefix) : other.contains(prefix);
    }
}
