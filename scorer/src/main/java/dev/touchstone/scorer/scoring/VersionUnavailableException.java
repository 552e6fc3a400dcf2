package dev.touchstone.scorer.scoring;

/** A version that somebody asks for by name cannot score; the message is one sentence for a user. */
public final class VersionUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whether asking again helps. */
    public enum Because {
        /** Nothing has that name. */
        UNKNOWN,
        /** It cannot be loaded. */
        BROKEN,
        /** It is not in memory at this moment. */
        NOT_LOADED
    }

    private final Because because;

    /** @param message says what is missing and how to mend it */
    public VersionUnavailableException(Because because, String message) {
        super(message);
        this.because = because;
    }

    /** Why. */
    public Because because() {
        return because;
    }
}
