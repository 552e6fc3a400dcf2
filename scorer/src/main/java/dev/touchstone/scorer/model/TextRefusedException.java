package dev.touchstone.scorer.model;

/** A text that the model cannot be shown; the message is one sentence for a user. */
public final class TextRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message says why */
    public TextRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
