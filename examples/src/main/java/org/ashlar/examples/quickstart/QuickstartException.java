package org.ashlar.examples.quickstart;

/** The quickstart cannot go on; the message says why and what to do, and needs no stack trace. */
final class QuickstartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QuickstartException(final String message) {
        super(message);
    }
}
