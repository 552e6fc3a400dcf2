package dev.touchstone.critique.asyncstage;

import java.util.concurrent.CompletionStage;

/**
 * The slow thing that a stage calls. Implementations are thread-safe and return at once; the result may come on any thread.
 * A call that throws, or completes exceptionally, counts as a {@link CallResult.Retry}.
 *
 * @param <Q> what is asked
 * @param <R> what comes back
 */
@FunctionalInterface
public interface AsyncCall<Q, R> {
    /**
     * Begins a call.
     *
     * @param request what is asked
     * @param attempt which attempt this is
     */
    CompletionStage<CallResult<R>> call(Q request, Attempt attempt);

    /**
     * What a call will use up at most: kept free under the limits while it runs, and corrected by what it used when it ends.
     * Quick, and does not throw.
     *
     * @param request what is asked
     */
    default Spend estimate(Q request) {
        return Spend.NONE;
    }
}
