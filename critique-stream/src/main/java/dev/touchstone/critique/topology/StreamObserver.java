package dev.touchstone.critique.topology;

import dev.touchstone.schemas.kafka.DeadLetterReason;
import java.time.Duration;

/** Hears of what becomes of records, for metrics. Thread-safe and quick: it is called on stream threads. */
public interface StreamObserver {
    /** Hears and forgets. */
    StreamObserver NONE = new StreamObserver() {
        @Override
        public void sent(Origin.Kind kind, Duration took) {}

        @Override
        public void deadLetter(DeadLetterReason reason) {}

        @Override
        public void duplicate() {}

        @Override
        public void late() {}
    };

    /**
     * A record went out, with critiques or with the reason why there are none.
     *
     * @param took since it came in, waiting for critiques and for restarts included
     */
    void sent(Origin.Kind kind, Duration took);

    /** A record became a dead letter. */
    void deadLetter(DeadLetterReason reason);

    /** A record was dropped because the same content was seen under the same id. */
    void duplicate();

    /** A critique came for a record that no longer waits; it is in the cache all the same. */
    void late();
}
