package dev.touchstone.scorer.model;

/** A text that the model cannot take whole where it must; the message is one sentence for a user. */
public final class TextTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message says what is too long, and by how much */
    public TextTooLongException(String message, Throwable cause) {
        super(message, cause);
    }
}
