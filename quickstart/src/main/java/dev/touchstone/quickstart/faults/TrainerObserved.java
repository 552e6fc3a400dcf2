package dev.touchstone.quickstart.faults;

import dev.touchstone.quickstart.retrain.RetrainProcess;
import dev.touchstone.testkit.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a kill loop on the trainer.
 *
 * @param kills kills that were wanted
 * @param hits kills of a trainer that had work
 * @param stillborn kills while it started
 * @param accidents how often one ended by itself
 * @param records of the log
 * @param liveVersions versions of the model that learnt while the log grew
 * @param finishedVersions versions of the model that learnt from the finished log
 * @param recoveries seconds from a kill to the next version that was published
 * @param live the first model built again along its ledger
 * @param finished the second model built again from the log alone
 * @param seconds how long all of it took
 * @param verdict what the topics hold
 */
record TrainerObserved(
        long seed,
        int kills,
        int hits,
        int stillborn,
        int accidents,
        long records,
        int liveVersions,
        int finishedVersions,
        List<Double> recoveries,
        RetrainProcess.Result live,
        RetrainProcess.Result finished,
        double seconds,
        Verdict verdict) {

    /** @param troubles what kept the loop from being run to its end, or went wrong on the way, a sentence each */
    FaultReport report(List<String> troubles) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("killsOnLiveWork", FaultReport.rounded((double) hits / kills));
        ratios.put("liveModelEqualsLedger", live.equalsLive() && live.wholeLedger() ? 1.0 : 0.0);
        ratios.put("finishedModelEqualsUndisturbed", finished.equalsLive() ? 1.0 : 0.0);

        Map<String, Object> context = new LinkedHashMap<>();
        context.put("seed", seed);
        context.put("killsOnLiveWork", hits);
        context.put("killsDuringStart", stillborn);
        context.put("records", records);
        context.put("versionsOfLive", liveVersions);
        context.put("versionsOfFinished", finishedVersions);
        context.put("sha256OfLive", live.figures().get("liveSha256"));
        context.put("sha256OfFinished", finished.figures().get("liveSha256"));
        context.put("secondsFromKillToVersionMedian", FaultReport.median(recoveries));
        context.put("secondsFromKillToVersionMax", FaultReport.max(recoveries));
        context.put("seconds", FaultReport.rounded(seconds));
        return new FaultReport(ratios, context, verdict, failures(troubles));
    }

    private List<String> failures(List<String> troubles) {
        List<String> failures = new ArrayList<>(troubles);
        if (!verdict.holds()) {
            failures.add("The topics do not hold what they must: " + verdict.broken() + ".");
        }
        if (!verdict.notJudged().isEmpty()) {
            failures.add("Not everything could be judged: " + verdict.notJudged() + ".");
        }
        verdict.counts()
                .forEach((topic, counts) -> counts.forEach((what, number) -> {
                    if (what.endsWith("versions given up")) {
                        failures.add("No file was damaged, yet there are " + number + " " + what + ".");
                    }
                }));
        if (hits < kills) {
            failures.add("Only " + hits + " of " + kills + " kills hit live work.");
        }
        if (accidents > 0) {
            failures.add("A trainer ended by itself " + accidents + " times.");
        }
        if (!live.equalsLive() || !live.wholeLedger()) {
            failures.add("The model that learnt while the log grew is not what its ledger gives.");
        }
        if (!finished.equalsLive()) {
            failures.add("The model of the finished log is not what an undisturbed run gives.");
        }
        return failures;
    }
}
