package dev.touchstone.trainer.lineage;

/** Another trainer of the same model has taken over: this one must leave at once. */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    FencedException(String transactionalId, Throwable cause) {
        super(
                "Another trainer has taken over " + transactionalId
                        + ": this one leaves; run one trainer per model, or give each its own touchstone.model-id.",
                cause);
    }
}
