package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
record CritiqueObserved(
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

    /** @param troubles what kept the loop from being run to its end, a sentence each */
    FaultReport report(FaultPlan plan, List<String> troubles) {
        double latency = calls.latencySeconds();
        double nominal = plan.bound(FaultPlan.seconds(FaultPlan.COMMIT_INTERVAL), latency);
        double bound = plan.bound(commitSeconds, latency);
        double repeated = (double) calls.repeated() / Math.max(1, killsOnLiveWork());

        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("repeatedOverBound", FaultReport.rounded(repeated / bound));
        ratios.put("repeatedOverBoundOfTheSetInterval", FaultReport.rounded(repeated / nominal));
        ratios.put("killsOnLiveWork", FaultReport.rounded((double) killsOnLiveWork() / plan.kills()));
        ratios.put("partitionsWithOutput", FaultReport.rounded((double) partitionsWithOutput / partitions));

        Map<String, Object> context = new LinkedHashMap<>();
        context.put("seed", plan.seed());
        context.put("kills", inFlight.size());
        context.put("killsOnLiveWork", killsOnLiveWork());
        context.put(
                "callsInFlightAtKillMedian",
                FaultReport.median(inFlight.stream().map(Integer::doubleValue).toList()));
        context.put("maxInFlight", plan.maxInFlight());
        context.put("completions", completions);
        context.put("pairs", pairs);
        context.put("outputs", outputs);
        context.put("deadLetters", deadLetters);
        context.put("calls", calls.calls());
        context.put("distinctTexts", calls.texts());
        context.put("callsFailedOnPurpose", calls.failed());
        context.put("callsRepeated", calls.repeated());
        context.put("repeatedPerKill", FaultReport.rounded(repeated));
        context.put("bound", FaultReport.rounded(bound));
        context.put("boundOfTheSetInterval", FaultReport.rounded(nominal));
        context.put("latencySeconds", FaultReport.rounded(latency));
        context.put("commitSeconds", FaultReport.rounded(commitSeconds));
        context.put("secondsFromKillToOutputMedian", FaultReport.median(recoveries));
        context.put("secondsFromKillToOutputMax", FaultReport.max(recoveries));
        context.put("longestSilenceOfAPartitionSeconds", FaultReport.rounded(longestSilence));
        context.put("seconds", FaultReport.rounded(seconds));
        return new FaultReport(ratios, context, verdict, failures(plan, repeated, bound, troubles));
    }

    private List<String> failures(FaultPlan plan, double repeated, double bound, List<String> troubles) {
        List<String> failures = new ArrayList<>(troubles);
        if (!verdict.holds()) {
            failures.add("The topics do not hold what they must: " + verdict.broken() + ".");
        }
        if (killsOnLiveWork() < plan.kills()) {
            failures.add("Only " + killsOnLiveWork() + " of " + plan.kills() + " kills hit live work.");
        }
        if (!(repeated <= bound)) {
            failures.add(String.format(
                    Locale.ROOT, "%.1f calls were repeated per kill, and %.1f is the bound.", repeated, bound));
        }
        if (accidents > 0) {
            failures.add("The service ended by itself " + accidents + " times.");
        }
        if (partitionsWithOutput < partitions) {
            failures.add(
                    "Only " + partitionsWithOutput + " of " + partitions + " partitions of the outputs got something.");
        }
        int silent = inFlight.size() - recoveries.size();
        if (silent > 0) {
            failures.add("After " + silent + " kills nothing came out any more.");
        }
        return failures;
    }
}
