package dev.touchstone.critique.asyncstage;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended. Reasons are one sentence and hold no text of a user.
 *
 * @param <R> what comes back
 */
public sealed interface CallResult<R> {
    /**
     * An answer.
     *
     * @param value the answer
     * @param cacheable whether later requests with the same key may have it too
     */
    record Success<R>(R value, boolean cacheable) implements CallResult<R> {}

    /**
     * Not now: try again.
     *
     * @param reason what happened
     * @param after how long the other side wants us to wait; null where it does not say
     * @param blameless whether this says nothing about the request (the other side is limiting its callers, or is away): it
     *     does not count towards the greatest number of attempts until the request has become too old
     */
    record Retry<R>(String reason, @Nullable Duration after, boolean blameless) implements CallResult<R> {}

    /**
     * Never: asking again is of no use.
     *
     * @param reason what happened
     */
    record Permanent<R>(String reason) implements CallResult<R> {}

    /**
     * There was an answer, and it cannot be read. Asked once more, as a repair.
     *
     * @param reason what is wrong with it
     */
    record Unparsable<R>(String reason) implements CallResult<R> {}
}
