package org.ashlar.bench.compare;

/** An operation and the record that it is for, in one number: so that drawing requests makes no garbage. */
final class Request {
    /** What to do with the record. */
    enum Kind {
        READ(READ_BITS),
        UPDATE(1),
        INSERT(2),
        READ_MODIFY_WRITE(3),
        DELETE(4),
        /** Delete, and insert again. */
        REPLACE(5);

        private final int bits;

        Kind(final int bits) {
            this.bits = bits;
        }
    }

    /** No further request. */
    static final long NONE = -1;

    private static final int KIND_BITS = 3;
    private static final int READ_BITS = 0;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;
    private static final Kind[] KINDS = new Kind[Kind.values().length];

    static {
        for (final Kind kind : Kind.values()) {
            KINDS[kind.bits] = kind;
        }
    }

    private Request() {}

    static long of(final Kind kind, final long index) {
        return index << KIND_BITS | kind.bits;
    }

    static Kind kind(final long request) {
        return KINDS[(int) request & KIND_MASK];
    }

    static boolean isRead(final long request) {
        return (request & KIND_MASK) == READ_BITS;
    }

    static long index(final long request) {
        return request >> KIND_BITS;
    }

    /** Where requests come from. Of one thread. */
    @FunctionalInterface
    interface Source {
        /** The next one, or {@link #NONE}. */
        long next();
    }
}
