package dev.touchstone.producers.ingest;

import dev.touchstone.producers.feed.Rejection;
import dev.touchstone.producers.feed.Rejection.Reason;

/** A line is no record. */
final class RejectedException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Rejection rejection;

    RejectedException(Reason reason, String sentence) {
        super(sentence);
        rejection = new Rejection(reason, sentence);
    }

    Rejection rejection() {
        return rejection;
    }
}
