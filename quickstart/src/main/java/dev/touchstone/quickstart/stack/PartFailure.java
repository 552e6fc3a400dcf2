package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.UserError;

/** A part of the stack ended for good: the message names it and holds the last lines of its log. */
public final class PartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int exitCode;

    PartFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the launcher exits with: 2 if the part was used wrongly, else 1. */
    public int exitCode() {
        return exitCode == UserError.EXIT_CODE ? UserError.EXIT_CODE : 1;
    }
}
