package dev.touchstone.benchmarks.critique;

import dev.touchstone.critique.asyncstage.Answer;
import dev.touchstone.critique.asyncstage.Ask;
import dev.touchstone.critique.asyncstage.Attempt;
import dev.touchstone.critique.asyncstage.CallResult;
import dev.touchstone.critique.asyncstage.Outcome;
import dev.touchstone.critique.critic.CriticClient;
import dev.touchstone.critique.critic.CritiqueAnswer;
import dev.touchstone.critique.critic.CritiqueRequest;

/** The same call as the stage's, waited for. */
final class BlockingCall {
    private BlockingCall() {}

    /** @throws IllegalStateException if the call fails: here none does */
    static Answer<String, CritiqueAnswer> answer(CriticClient client, Ask<CritiqueRequest, String> ask) {
        CallResult<CritiqueAnswer> result = client.call(ask.request(), new Attempt(1, false))
                .toCompletableFuture()
                .join();
        if (result instanceof CallResult.Success<CritiqueAnswer> success) {
            return new Answer<>(ask.waiter(), new Outcome<>(Outcome.Status.DONE, success.value(), null, 1));
        }
        throw new IllegalStateException("A call failed: " + result);
    }
}
