package dev.touchstone.scorer.scoring;

/** As many texts wait for scoring as may. */
public final class QueueFullException extends RuntimeException {
    private static final long serialVersionUID = 1;

    QueueFullException(int capacity) {
        super("The queue is full (" + capacity + " texts wait): try again after a second.");
    }
}
