package dev.touchstone.schemas.registry;

/** The registry did not answer within the time that is waited for it. The record at hand is not at fault. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
