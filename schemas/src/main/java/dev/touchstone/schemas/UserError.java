package dev.touchstone.schemas;

/**
 * A mistake of the user: its message is one sentence that says what is wrong and how to mend it. Commands and shells print
 * the message without a stack trace and exit with {@value #EXIT_CODE}.
 */
public final class UserError extends RuntimeException {
    /** Exit code of a process that ended because of a user's mistake. */
    public static final int EXIT_CODE = 2;

    private static final long serialVersionUID = 1;

    /** @param message one sentence: what is wrong and how to mend it */
    public UserError(String message) {
        super(message);
    }

    /**
     * @param message one sentence: what is wrong and how to mend it
     * @param cause what revealed it
     */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
