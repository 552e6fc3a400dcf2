package dev.touchstone.quickstart.faults;

import java.time.Duration;

/**
 * What a kill loop does.
 *
 * @param kills kills that must hit live work, at least 1
 * @param seed decides when it kills, what the LLM does and what is sent
 * @param completions completions sent at least
 * @param pairs pairs sent at least, in this proportion to the completions
 * @param maxInFlight calls in flight at most, C
 * @param latency mean latency of an answer; each takes between half and one and a half of it
 * @param rate records sent per second at most; 0 for as many as the work in hand allows
 */
public record FaultPlan(
        int kills, long seed, int completions, int pairs, int maxInFlight, Duration latency, double rate) {
    /** Commit interval of the service. */
    static final Duration COMMIT_INTERVAL = Duration.ofMillis(100);

    /** How often the service looks for results; fixed in the service. */
    static final Duration TICK = Duration.ofMillis(100);

    /**
     * The most calls that a kill may repeat on average: C(1 + T/L).
     *
     * @param commitSeconds time between commits; with the tick it is T
     * @param latencySeconds mean latency, L
     */
    double bound(double commitSeconds, double latencySeconds) {
        return maxInFlight * (1 + (commitSeconds + seconds(TICK)) / latencySeconds);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
