package dev.touchstone.trainer.measure;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Figures of some pairs, at least one.
 *
 * @param pairs how many
 * @param accuracy share whose chosen side leads, a draw counting half
 * @param logLoss mean of -log p, nats, at least 0, where p is the probability of the chosen side; log 2 for a coin
 * @param brier mean of (1 - p)^2, 0 to 1 (Brier, Monthly Weather Review 78, 1950, on the one outcome); 1/4 for a coin
 * @param calibrationError expected calibration error, 0 to 1; see {@link Calibration}
 * @param margin mean lead of the chosen side, logits
 * @param rewardMin least logit of either side
 * @param rewardMean mean logit over both sides
 * @param rewardMax greatest logit of either side
 * @param lengthCorrelation Pearson's correlation of logit and completion length in characters, over both sides, -1 to 1;
 *     null where either does not vary
 */
public record PairFigures(
        long pairs,
        double accuracy,
        double logLoss,
        double brier,
        double calibrationError,
        double margin,
        double rewardMin,
        double rewardMean,
        double rewardMax,
        @Nullable Double lengthCorrelation) {

    /** The figures by name; one that is null is left out. */
    public SortedMap<String, Double> byName() {
        SortedMap<String, Double> values = new TreeMap<>();
        values.put("pairs", (double) pairs);
        values.put("accuracy", accuracy);
        values.put("logLoss", logLoss);
        values.put("brier", brier);
        values.put("calibrationError", calibrationError);
        values.put("margin", margin);
        values.put("rewardMin", rewardMin);
        values.put("rewardMean", rewardMean);
        values.put("rewardMax", rewardMax);
        if (lengthCorrelation != null) {
            values.put("lengthCorrelation", lengthCorrelation);
        }
        return values;
    }
}
