package dev.touchstone.scorer.model;

/** A checkpoint cannot be served. The message is one sentence that says why. */
public final class ModelLoadException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message one sentence that says why */
    public ModelLoadException(String message) {
        super(message);
    }

    /**
     * @param message one sentence that says why
     * @param cause what revealed it
     */
    public ModelLoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
