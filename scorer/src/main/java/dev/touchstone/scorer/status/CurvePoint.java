package dev.touchstone.scorer.status;

import dev.touchstone.schemas.v1.TrainingMetrics;
import org.jspecify.annotations.Nullable;

/**
 * The accuracies at one checkpoint, each 0 to 1, null where there is none.
 *
 * @param trainedPairs pairs trained on until then
 * @param prequential accuracy of scoring each pair before learning from it, since the model began
 * @param heldOut accuracy on held-out pairs
 * @param withoutCritique the same with every critique withheld
 * @param length accuracy of the rule that the longer completion is better, on the same pairs
 */
public record CurvePoint(
        long trainedPairs,
        @Nullable Double prequential,
        @Nullable Double heldOut,
        @Nullable Double withoutCritique,
        @Nullable Double length) {

    static CurvePoint of(TrainingMetrics metrics) {
        return new CurvePoint(
                metrics.getTrainedPairs(),
                metrics.getPrequentialAccuracy(),
                metrics.getHeldOutAccuracy(),
                metrics.getHeldOutAccuracyWithoutCritique(),
                metrics.getHeldOutLengthAccuracy());
    }
}
