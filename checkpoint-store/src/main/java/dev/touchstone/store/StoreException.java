package dev.touchstone.store;

import org.jspecify.annotations.Nullable;

/** The store did not do what it was asked. The message is one sentence that says what it was and, where known, the mend. */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    /**
     * @param refused see {@link #refused}
     * @param message one sentence
     * @param cause what revealed it; null if there is none
     */
    public StoreException(boolean refused, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    /** Whether the store refused and a person must mend it. Else it is away or overloaded, and a later try may help. */
    public boolean refused() {
        return refused;
    }
}
