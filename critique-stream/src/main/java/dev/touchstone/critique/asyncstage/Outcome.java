package dev.touchstone.critique.asyncstage;

import org.jspecify.annotations.Nullable;

/**
 * How a request ended for good.
 *
 * @param status how
 * @param value the answer; present if and only if the status is DONE
 * @param reason one sentence; absent if the status is DONE
 * @param attempts how many attempts were made; 0 where the answer was known
 * @param <R> what came back
 */
public record Outcome<R>(
        Status status, @Nullable R value, @Nullable String reason, int attempts) {
    /** The ways in which a request ends. */
    public enum Status {
        /** With an answer. */
        DONE,
        /** The other side will never answer it. */
        REFUSED,
        /** The last allowed attempt failed. */
        EXHAUSTED,
        /** The answer could not be read, nor could the second one. */
        UNPARSABLE,
        /** The day's money is spent, and nobody wants to wait. */
        UNAFFORDABLE
    }

    static <R> Outcome<R> done(R value, int attempts) {
        return new Outcome<>(Status.DONE, value, null, attempts);
    }

    static <R> Outcome<R> failed(Status status, String reason, int attempts) {
        return new Outcome<>(status, null, reason, attempts);
    }
}
