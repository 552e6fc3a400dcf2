package dev.touchstone.scorer.http;

/** A completion could not be sent to the critic. */
public final class StreamUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param cause what Kafka says */
    public StreamUnavailableException(Throwable cause) {
        super("The completion cannot be sent to the critic now: ask again later.", cause);
    }
}
