package org.ashlar.engine;

import org.ashlar.kv.StoreFullException;

/** Carries a full store's exception out of user code, past those who would make room and run that code again. */
final class WriterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final StoreFullException thrown;

    WriterException(final StoreFullException thrown) {
        super(thrown);
        this.thrown = thrown;
    }

    /** What the writer has thrown. */
    StoreFullException thrown() {
        return thrown;
    }
}
