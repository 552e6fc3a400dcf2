package dev.touchstone.producers.rubric;

/** A request that the critic cannot answer, with the HTTP status that says so; the message goes to the client. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;

    BadRequestException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
