package dev.touchstone.benchmarks.critique;

import java.time.Duration;
import java.util.List;

/**
 * How large everything is.
 *
 * @param latency of the fake LLM's answers
 * @param inFlight calls at once, for each run of the stage; the first also for the parallel consumer
 * @param warmUpRounds rounds of so many calls that nobody counts
 * @param rounds rounds that are measured
 * @param hanging calls at once whose memory is measured
 * @param cycles how often that is measured
 * @param paced completions that are sent at a moderate rate; the first quarter does not count
 * @param cached answers in the cache of the stage that is restored; 0 for no restore
 */
record Scale(
        Duration latency,
        List<Integer> inFlight,
        int warmUpRounds,
        int rounds,
        int hanging,
        int cycles,
        int paced,
        int cached) {
    static Scale standard(List<Integer> inFlight, int rounds, int cached) {
        return new Scale(Duration.ofSeconds(1), inFlight, 6, rounds, 1_024, 3, 800, cached);
    }

    static Scale tiny(int cached) {
        return new Scale(Duration.ofMillis(50), List.of(4), 1, 2, 8, 1, 8, Math.min(cached, 50));
    }
}
