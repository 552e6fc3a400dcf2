package dev.touchstone.scorer.scoring;

/** No model is loaded yet. */
public final class NoModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Says so. */
    public NoModelException() {
        super("No model is loaded yet: the trainer has not published a champion, or its files cannot be read.");
    }
}
