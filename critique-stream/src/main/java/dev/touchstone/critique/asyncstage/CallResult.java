package dev.touchstone.critique.asyncstage;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended. Reasons are one sentence and hold no text of a user.
 *
 * @param <R> what comes back
 */
public sealed interface CallResult<R> {
    /** What the attempt used up. */
    Spend spent();

    /**
     * An answer.
     *
     * @param value the answer
     * @param cacheable whether later requests with the same key may have it too
     * @param spent what it used up
     */
    record Success<R>(R value, boolean cacheable, Spend spent) implements CallResult<R> {}

    /**
     * Not now: try again.
     *
     * @param reason what happened
     * @param fault whose fault it is
     * @param after how long the other side wants us to wait; null where it does not say
     * @param spent what it used up, or may have
     */
    record Retry<R>(String reason, Fault fault, @Nullable Duration after, Spend spent) implements CallResult<R> {}

    /**
     * Never: asking again is of no use.
     *
     * @param reason what happened
     * @param locksOut whether every other request would be refused too, as with a wrong key: no further call is begun for a
     *     while
     * @param spent what it used up
     */
    record Permanent<R>(String reason, boolean locksOut, Spend spent) implements CallResult<R> {}

    /**
     * There was an answer, and it cannot be read. Asked once more, as a repair.
     *
     * @param reason what is wrong with it
     * @param spent what it used up
     */
    record Unparsable<R>(String reason, Spend spent) implements CallResult<R> {}

    /** Why an attempt failed for the moment. */
    enum Fault {
        /** The other side limits its callers: fewer calls at once, and no attempt lost. */
        LIMITED(true),
        /** Nobody is there: says nothing about the request, so no attempt is lost. */
        UNREACHABLE(true),
        /** No answer in time. */
        TIMED_OUT(false),
        /** An error of the other side or on the way. */
        BROKEN(false);

        private final boolean blameless;

        Fault(boolean blameless) {
            this.blameless = blameless;
        }

        /** Whether it says nothing about the request: does not count towards the greatest number of attempts. */
        boolean isBlameless() {
            return blameless;
        }
    }
}
