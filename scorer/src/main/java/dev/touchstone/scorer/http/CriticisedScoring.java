package dev.touchstone.scorer.http;

import dev.touchstone.schemas.v1.Completion;
import dev.touchstone.schemas.v1.Reward;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Thread-safe. Lets completions go through the topics: to the critic, to a scorer, and back as rewards. */
public interface CriticisedScoring {
    /**
     * Sends a completion. One that was sent before, under the same id, is not sent on again: its reward is given if it is
     * among the newest.
     *
     * @param patience how long its reward is waited for
     * @return its reward; fails with {@link java.util.concurrent.TimeoutException} if there is none by then; may be cancelled
     */
    CompletableFuture<Reward> reward(Completion completion, Duration patience);
}
