package dev.touchstone.rewardmodel;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds the scorer in use and lets another take its place while threads score. Safe for any number of threads: each
 * request runs whole on one version, nobody waits, and the old version is closed when its last request has ended.
 */
public final class ScorerSlot implements AutoCloseable {

    private final AtomicReference<@Nullable Held> current = new AtomicReference<>();

    /** Puts a scorer in use, which this slot closes in the end. */
    public void swap(RewardScorer scorer) {
        release(current.getAndSet(new Held(scorer)));
    }

    /** Whether there is a scorer. */
    public boolean isLoaded() {
        return current.get() != null;
    }

    /**
     * Runs something on the scorer in use, which stays open until it returns.
     *
     * @throws IllegalStateException when there is no scorer yet
     */
    public <T> T with(Function<RewardScorer, T> use) {
        Held held = acquire();
        try {
            return use.apply(held.scorer);
        } finally {
            release(held);
        }
    }

    /** Encodes and scores on one version, in request order. */
    public Scores score(List<RewardInput> inputs) {
        return with(scorer -> scorer.scoreInputs(inputs));
    }

    private Held acquire() {
        while (true) {
            Held held = current.get();
            if (held == null) {
                throw new IllegalStateException("No model is loaded yet.");
            }
            if (held.acquire()) {
                return held;
            }
        }
    }

    private static void release(@Nullable Held held) {
        if (held != null && held.users.decrementAndGet() == 0) {
            held.scorer.close();
        }
    }

    /** Empties the slot; the scorer is closed when its last request has ended. */
    @Override
    public void close() {
        release(current.getAndSet(null));
    }

    private static final class Held {

        final RewardScorer scorer;

        /** Requests that run, and one for the slot itself. */
        final AtomicInteger users = new AtomicInteger(1);

        Held(RewardScorer scorer) {
            this.scorer = scorer;
        }

        boolean acquire() {
            int seen = users.get();
            while (seen > 0) {
                if (users.compareAndSet(seen, seen + 1)) {
                    return true;
                }
                seen = users.get();
            }
            return false;
        }
    }
}
