package dev.touchstone.rewardmodel;

import java.util.Arrays;

/**
 * What one optimiser step saw and did. The arrays belong to the record.
 *
 * @param step optimiser steps done so far, this one included unless it was skipped
 * @param loss mean loss over the batch, before the update; of the rewards with critiques where they have a reader of their own
 * @param gradientNorm global norm of the gradient before clipping
 * @param chosen logit of each pair's chosen side before the update
 * @param rejected logit of each pair's rejected side before the update
 * @param chosenBare the same of the chosen side without its critique; NaN where the step did not show the pair so
 * @param rejectedBare the same of the rejected side
 * @param skipped whether loss or gradient was not finite, so that nothing was changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record StepResult(
        long step,
        double loss,
        double gradientNorm,
        double[] chosen,
        double[] rejected,
        double[] chosenBare,
        double[] rejectedBare,
        boolean skipped) {

    /**
     * The same of the first pairs alone; loss and gradient norm stay those of the whole step.
     *
     * @param pairs how many, at most as many as there are
     */
    public StepResult first(int pairs) {
        return new StepResult(
                step,
                loss,
                gradientNorm,
                Arrays.copyOf(chosen, pairs),
                Arrays.copyOf(rejected, pairs),
                Arrays.copyOf(chosenBare, pairs),
                Arrays.copyOf(rejectedBare, pairs),
                skipped);
    }

    /** Share of the pairs whose chosen side had the greater logit; equal logits count half. */
    public double accuracy() {
        double right = 0;
        for (int i = 0; i < chosen.length; i++) {
            right += chosen[i] > rejected[i] ? 1 : chosen[i] == rejected[i] ? 0.5 : 0;
        }
        return right / chosen.length;
    }
}
