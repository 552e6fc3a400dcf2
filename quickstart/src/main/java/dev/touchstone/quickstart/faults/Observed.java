package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.verify.Verdict;
import java.util.List;

/**
 * What was seen of a kill loop.
 *
 * @param inFlight calls in flight at each kill
 * @param accidents how often the service ended by itself
 * @param pairs pairs sent
 * @param completions completions sent
 * @param outputs records that came out
 * @param deadLetters dead letters
 * @param partitions partitions of the outputs
 * @param partitionsWithOutput those that got something
 * @param recoveries seconds from a kill to the next output that was committed after it
 * @param longestSilence longest time between two outputs of one partition, seconds
 * @param commitSeconds time between commits
 * @param calls what the LLM counted
 * @param seconds how long all of it took
 * @param verdict what the topics hold
 */
record Observed(
        List<Integer> inFlight,
        int accidents,
        int pairs,
        int completions,
        long outputs,
        long deadLetters,
        int partitions,
        int partitionsWithOutput,
        List<Double> recoveries,
        double longestSilence,
        double commitSeconds,
        ScriptedCritic.Counts calls,
        double seconds,
        Verdict verdict) {

    /** Kills that hit live work. */
    long killsOnLiveWork() {
        return inFlight.stream().filter(calls -> calls > 0).count();
    }
}
