package org.ashlar.bench;

/** What grows in {@link SizesPart}. */
enum SizeKind {
    RECORDS("records", "records of 8 + 100 B in one map"),
    VALUES("bytes of a value", "bytes of a value, copied into the store and out of it"),
    MAPS("maps", "maps that share the records");

    private final String unit;
    private final String title;

    SizeKind(final String unit, final String title) {
        this.unit = unit;
        this.title = title;
    }

    /** What is counted. */
    String unit() {
        return unit;
    }

    /** The same, for headings. */
    String title() {
        return title;
    }

    /** Bytes of the values of a store of this size. */
    int valueBytes(final int size) {
        return this == VALUES ? size : Records.VALUE_BYTES;
    }
}
