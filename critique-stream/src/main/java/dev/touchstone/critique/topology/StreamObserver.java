package dev.touchstone.critique.topology;

import dev.touchstone.schemas.kafka.DeadLetterReason;

/** Hears of what becomes of records, for metrics. Thread-safe and quick: it is called on stream threads. */
public interface StreamObserver {
    /** Hears and forgets. */
    StreamObserver NONE = new StreamObserver() {
        @Override
        public void deadLetter(DeadLetterReason reason) {}

        @Override
        public void duplicate() {}

        @Override
        public void late() {}
    };

    /** A record became a dead letter. */
    void deadLetter(DeadLetterReason reason);

    /** A record was dropped because the same content was seen under the same id. */
    void duplicate();

    /** A critique came for a record that no longer waits; it is in the cache all the same. */
    void late();
}
