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
}
