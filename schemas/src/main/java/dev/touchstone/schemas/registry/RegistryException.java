package dev.touchstone.schemas.registry;

/** The registry answered, and the answer is no: an unknown id, an incompatible schema, no permission. */
public final class RegistryException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    RegistryException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }
}
