package dev.touchstone.critique.critic;

import dev.touchstone.critique.asyncstage.Spend;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Hears of every request to a critic, for metrics. Thread-safe and quick: it is called on the HTTP client's threads. */
public interface CriticObserver {
    /** Hears and forgets. */
    CriticObserver NONE = new CriticObserver() {
        @Override
        public void ended(Duration took, @Nullable Usage usage, @Nullable String errorType) {}

        @Override
        public void spent(Spend spend) {}
    };

    /**
     * An HTTP request ended.
     *
     * @param took from its beginning to the end of the response's body, or to the failure
     * @param usage its tokens; null where the endpoint does not say
     * @param errorType an HTTP status, or a word such as timeout; null where the response was a 2xx
     */
    void ended(Duration took, @Nullable Usage usage, @Nullable String errorType);

    /** An attempt, of one request or several, used something up; an upper estimate where the endpoint does not say. */
    void spent(Spend spend);
}
