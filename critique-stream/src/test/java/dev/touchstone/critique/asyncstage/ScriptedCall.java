package dev.touchstone.critique.asyncstage;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Calls that end when the test says so. */
public final class ScriptedCall<Q, R> implements AsyncCall<Q, R> {
    private final Spend estimate;
    private final List<Begun<Q, R>> begun = new ArrayList<>();

    public ScriptedCall() {
        this(Spend.NONE);
    }

    /** @param estimate what every call is thought to use */
    public ScriptedCall(Spend estimate) {
        this.estimate = estimate;
    }

    @Override
    public Spend estimate(Q request) {
        return estimate;
    }

    /** A call that was begun. */
    public record Begun<Q, R>(Q request, Attempt attempt, CompletableFuture<CallResult<R>> result) {
        public void succeed(R value) {
            result.complete(new CallResult.Success<>(value, true, Spend.NONE));
        }
    }

    @Override
    public synchronized CompletionStage<CallResult<R>> call(Q request, Attempt attempt) {
        Begun<Q, R> call = new Begun<>(request, attempt, new CompletableFuture<>());
        begun.add(call);
        return call.result();
    }

    public synchronized List<Begun<Q, R>> calls() {
        return List.copyOf(begun);
    }

    public synchronized Begun<Q, R> last() {
        return begun.get(begun.size() - 1);
    }
}
