package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a kill loop on the scorer.
 *
 * @param kills kills that were wanted
 * @param hits kills while there was work
 * @param accidents how often a service ended by itself
 * @param sent records sent
 * @param rewards rewards that came out
 * @param deadLetters dead letters that came out
 * @param partitions partitions of the rewards
 * @param partitionsWithOutput those that got something
 * @param longestSilence longest time between two rewards of one partition, seconds
 * @param starts seconds from the start of a process to when it served
 * @param outages what was seen while a part of the cluster was away
 * @param seconds how long all of it took
 * @param verdict what the topics hold
 */
record ScorerObserved(
        long seed,
        int kills,
        int hits,
        int accidents,
        long sent,
        long rewards,
        long deadLetters,
        int partitions,
        int partitionsWithOutput,
        double longestSilence,
        List<Double> starts,
        List<ClusterOutage.Seen> outages,
        double seconds,
        Verdict verdict) {

    /** @param troubles what kept the loop from being run to its end, or went wrong on the way, a sentence each */
    FaultReport report(List<String> troubles) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("killsOnLiveWork", FaultReport.rounded((double) hits / kills));
        ratios.put("partitionsWithOutput", FaultReport.rounded((double) partitionsWithOutput / partitions));
        int asked = outages.stream().mapToInt(ClusterOutage.Seen::asked).sum();
        if (asked > 0) {
            int answered =
                    outages.stream().mapToInt(ClusterOutage.Seen::answered).sum();
            ratios.put("answeredInOutages", FaultReport.rounded((double) answered / asked));
        }

        Map<String, Object> context = new LinkedHashMap<>();
        context.put("seed", seed);
        context.put("killsOnLiveWork", hits);
        context.put("records", sent);
        context.put("rewards", rewards);
        context.put("deadLetters", deadLetters);
        context.put("longestSilenceOfAPartitionSeconds", FaultReport.rounded(longestSilence));
        context.put("secondsFromStartToReadyMedian", FaultReport.median(starts));
        context.put("secondsFromStartToReadyMax", FaultReport.max(starts));
        for (ClusterOutage.Seen seen : outages) {
            context.put(seen.part() + "AwaySeconds", FaultReport.rounded(seen.seconds()));
            context.put(seen.part() + "AwayRequests", seen.asked());
            context.put(seen.part() + "AwayRewardsOfTopic", seen.rewards());
            context.put(seen.part() + "BackToRewardSeconds", FaultReport.rounded(seen.secondsToReward()));
        }
        context.put("seconds", FaultReport.rounded(seconds));
        return new FaultReport(ratios, context, verdict, failures(troubles));
    }

    private List<String> failures(List<String> troubles) {
        List<String> failures = new ArrayList<>(troubles);
        if (!verdict.holds()) {
            failures.add("The topics do not hold what they must: " + verdict.broken() + ".");
        }
        if (hits < kills) {
            failures.add("Only " + hits + " of " + kills + " kills hit live work.");
        }
        if (accidents > 0) {
            failures.add("A service ended by itself " + accidents + " times.");
        }
        if (partitionsWithOutput < partitions) {
            failures.add("Only " + partitionsWithOutput + " of " + partitions + " partitions got a reward.");
        }
        for (ClusterOutage.Seen seen : outages) {
            if (seen.asked() == 0 || seen.answered() < seen.asked()) {
                failures.add("While the " + seen.part() + " was away " + seen.answered() + " of " + seen.asked()
                        + " requests over HTTP got a reward.");
            }
            if (seen.secondsToReward() < 0) {
                failures.add("No reward came out of the topic after the " + seen.part() + " was back.");
            }
        }
        return failures;
    }
}
