package dev.touchstone.critique.asyncstage;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: each pause is uniform between 0 and the exponential bound, so that callers who
 * failed together do not come back together.
 */
final class Backoff {
    private static final int MAX_DOUBLINGS = 20;

    private final long baseMs;
    private final long capMs;
    private final RandomGenerator random;

    Backoff(Duration base, Duration cap, RandomGenerator random) {
        this.baseMs = base.toMillis();
        this.capMs = cap.toMillis();
        this.random = random;
    }

    /** The pause after an attempt, milliseconds. */
    long pauseMs(int attempt) {
        long bound = Math.min(capMs, baseMs << Math.min(attempt - 1, MAX_DOUBLINGS));
        return random.nextLong(bound + 1);
    }
}
