package org.ashlar.examples.service;

/** Why a request is refused: becomes the answer. */
final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpProblem(final int status, final String message) {
        super(message);
        this.status = status;
    }

    static HttpProblem badRequest(final String message) {
        return new HttpProblem(400, message);
    }

    int status() {
        return status;
    }
}
