package dev.touchstone.scorer.http;

import dev.touchstone.scorer.Bounded;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Thread-safe. Remembers the newest answers by the key that their clients chose, so that a request that is sent again is not
 * worked on again. A request that failed is forgotten.
 */
final class RecentAnswers {
    private static final int KEPT = 1_000;

    /** Touched under the lock of this object. */
    private final Map<String, Answer> answers = new Bounded<>(KEPT);

    private record Answer(String fingerprint, CompletableFuture<RewardsResponse> response) {}

    /**
     * The answer to the first request with this key.
     *
     * @param key what the client calls the request
     * @param fingerprint of all that the request says
     * @param work done only if there is no such request yet
     * @throws ApiException 422 if the request with this key said something else
     */
    CompletableFuture<RewardsResponse> once(
            String key, String fingerprint, Supplier<CompletionStage<RewardsResponse>> work) {
        Answer mine = new Answer(fingerprint, new CompletableFuture<>());
        Answer first = remember(key, mine);
        if (first != mine) {
            if (!first.fingerprint().equals(fingerprint)) {
                throw new ApiException(
                        422,
                        "idempotency_key_reused",
                        "A request with this Idempotency-Key had other contents: use a new key.");
            }
            return first.response().copy();
        }
        try {
            work.get().whenComplete((response, error) -> {
                if (error == null) {
                    mine.response().complete(response);
                } else {
                    forget(key, mine);
                    mine.response().completeExceptionally(error);
                }
            });
        } catch (RuntimeException e) {
            forget(key, mine);
            mine.response().completeExceptionally(e);
        }
        return mine.response().copy();
    }

    private synchronized Answer remember(String key, Answer mine) {
        Answer first = answers.putIfAbsent(key, mine);
        return first == null ? mine : first;
    }

    private synchronized void forget(String key, Answer mine) {
        answers.remove(key, mine);
    }
}
