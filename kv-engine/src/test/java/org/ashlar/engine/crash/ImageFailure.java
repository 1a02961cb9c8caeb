package org.ashlar.engine.crash;

/** A failure that names the command that repeats it. */
final class ImageFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    ImageFailure(final String message, final Throwable cause) {
        super(message, cause);
    }
}
