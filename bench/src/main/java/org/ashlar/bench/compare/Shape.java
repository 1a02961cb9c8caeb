package org.ashlar.bench.compare;

/**
 * What is stored, and by how many.
 *
 * @param records how many records are loaded
 * @param keyBytes {@value #SHORT_KEY_BYTES} or {@value #LONG_KEY_BYTES}
 * @param values the kind of values
 * @param threads how many sessions there are at the same time
 */
public record Shape(int records, int keyBytes, Values values, int threads) {
    /** A random number of 64 bits. */
    public static final int SHORT_KEY_BYTES = 8;

    /** A word and the number in hexadecimal, as long as a key of YCSB is. */
    public static final int LONG_KEY_BYTES = 23;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException when a figure is out of its range
     */
    public Shape {
        if (records < 1 || threads < 1 || (keyBytes != SHORT_KEY_BYTES && keyBytes != LONG_KEY_BYTES)) {
            throw new IllegalArgumentException("records and threads must be 1 or more, key bytes " + SHORT_KEY_BYTES
                    + " or " + LONG_KEY_BYTES + ": " + records + ", " + threads + ", " + keyBytes);
        }
    }

    Shape withRecords(final int other) {
        return new Shape(other, keyBytes, values, threads);
    }

    /** Bytes of keys and values that are loaded, as expected. */
    public long userBytes() {
        return (long) records * (keyBytes + values.average());
    }

    @Override
    public String toString() {
        return String.format(
                "%,d records of %d + %s B, %d thread%s",
                records,
                keyBytes,
                values.areOfOneLength() ? values.longest() : "100 to 1,000",
                threads,
                threads == 1 ? "" : "s");
    }
}
