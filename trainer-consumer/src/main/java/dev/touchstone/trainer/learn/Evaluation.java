package dev.touchstone.trainer.learn;

import java.util.Collections;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How a model does on its held-out pairs; components are null while there are none.
 *
 * @param pairs how many held-out pairs were scored
 * @param accuracy share whose chosen side scores higher, a draw counting half
 * @param accuracyWithoutCritique the same with every critique withheld
 * @param lengthAccuracy the same for the rule that the longer completion is better
 * @param rewardMean mean logit over both sides, critiques read
 * @param rewardDeviation standard deviation of the same logits, greater than 0
 * @param slices accuracy by slice, see {@link Slices}; a slice without pairs is absent
 */
public record Evaluation(
        int pairs,
        @Nullable Double accuracy,
        @Nullable Double accuracyWithoutCritique,
        @Nullable Double lengthAccuracy,
        @Nullable Double rewardMean,
        @Nullable Double rewardDeviation,
        SortedMap<String, Slices.Slice> slices) {
    /** Nothing was held out yet. */
    static final Evaluation NONE = new Evaluation(0, null, null, null, null, null, Collections.emptySortedMap());
}
