package dev.touchstone.quickstart.faults;

import dev.touchstone.testkit.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a kill loop.
 *
 * @param ratios figures that are judged, each against 1
 * @param context further figures
 * @param verdict what the topics hold
 * @param failures what did not hold, a sentence each
 */
public record FaultReport(
        Map<String, Double> ratios, Map<String, Object> context, Verdict verdict, List<String> failures) {

    /** @param troubles what kept the loop from being run to its end, a sentence each */
    static FaultReport of(FaultPlan plan, Observed seen, List<String> troubles) {
        double latency = seen.calls().latencySeconds();
        double nominal = plan.bound(FaultPlan.seconds(FaultPlan.COMMIT_INTERVAL), latency);
        double bound = plan.bound(seen.commitSeconds(), latency);
        double repeated = (double) seen.calls().repeated() / Math.max(1, seen.killsOnLiveWork());

        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("repeatedOverBound", rounded(repeated / bound));
        ratios.put("repeatedOverBoundOfTheSetInterval", rounded(repeated / nominal));
        ratios.put("killsOnLiveWork", rounded((double) seen.killsOnLiveWork() / plan.kills()));
        ratios.put("partitionsWithOutput", rounded((double) seen.partitionsWithOutput() / seen.partitions()));

        Map<String, Object> context = new LinkedHashMap<>();
        context.put("seed", plan.seed());
        context.put("kills", seen.inFlight().size());
        context.put("killsOnLiveWork", seen.killsOnLiveWork());
        context.put(
                "callsInFlightAtKillMedian",
                median(seen.inFlight().stream().map(Integer::doubleValue).toList()));
        context.put("maxInFlight", plan.maxInFlight());
        context.put("completions", seen.completions());
        context.put("pairs", seen.pairs());
        context.put("outputs", seen.outputs());
        context.put("deadLetters", seen.deadLetters());
        context.put("calls", seen.calls().calls());
        context.put("distinctTexts", seen.calls().texts());
        context.put("callsFailedOnPurpose", seen.calls().failed());
        context.put("callsRepeated", seen.calls().repeated());
        context.put("repeatedPerKill", rounded(repeated));
        context.put("bound", rounded(bound));
        context.put("boundOfTheSetInterval", rounded(nominal));
        context.put("latencySeconds", rounded(latency));
        context.put("commitSeconds", rounded(seen.commitSeconds()));
        context.put("secondsFromKillToOutputMedian", median(seen.recoveries()));
        context.put("secondsFromKillToOutputMax", max(seen.recoveries()));
        context.put("longestSilenceOfAPartitionSeconds", rounded(seen.longestSilence()));
        context.put("seconds", rounded(seen.seconds()));
        return new FaultReport(ratios, context, seen.verdict(), failures(plan, seen, repeated, bound, troubles));
    }

    private static List<String> failures(
            FaultPlan plan, Observed seen, double repeated, double bound, List<String> troubles) {
        List<String> failures = new ArrayList<>(troubles);
        if (!seen.verdict().holds()) {
            failures.add(
                    "The topics do not hold what they must: " + seen.verdict().broken() + ".");
        }
        if (seen.killsOnLiveWork() < plan.kills()) {
            failures.add("Only " + seen.killsOnLiveWork() + " of " + plan.kills() + " kills hit live work.");
        }
        if (!(repeated <= bound)) {
            failures.add(String.format(
                    Locale.ROOT, "%.1f calls were repeated per kill, and %.1f is the bound.", repeated, bound));
        }
        if (seen.accidents() > 0) {
            failures.add("The service ended by itself " + seen.accidents() + " times.");
        }
        if (seen.partitionsWithOutput() < seen.partitions()) {
            failures.add("Only " + seen.partitionsWithOutput() + " of " + seen.partitions()
                    + " partitions of the outputs got something.");
        }
        int silent = seen.inFlight().size() - seen.recoveries().size();
        if (silent > 0) {
            failures.add("After " + silent + " kills nothing came out any more.");
        }
        return failures;
    }

    /** Whether every guarantee held. */
    public boolean holds() {
        return failures.isEmpty();
    }

    /** The same as a JSON object. */
    public Map<String, Object> report() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("name", "faults");
        report.put("holds", holds());
        report.put("failures", failures);
        report.put("ratios", ratios);
        report.put("context", context);
        report.put("verdict", verdict.report());
        return report;
    }

    static @Nullable Double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        return sorted.isEmpty() ? null : rounded(sorted.get(sorted.size() / 2));
    }

    static @Nullable Double max(List<Double> numbers) {
        return numbers.isEmpty()
                ? null
                : rounded(
                        numbers.stream().mapToDouble(Double::doubleValue).max().orElseThrow());
    }

    static double rounded(double number) {
        return Math.round(number * 1e3) / 1e3;
    }
}
