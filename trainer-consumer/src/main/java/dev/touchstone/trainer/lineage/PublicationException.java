package dev.touchstone.trainer.lineage;

/** A checkpoint could not be written, or its transaction not be brought to its end: start again from the last manifest. */
public final class PublicationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param message one sentence that says what failed
     * @param cause what revealed it
     */
    public PublicationException(String message, Throwable cause) {
        super(message, cause);
    }
}
