package dev.touchstone.rewardmodel.checkpoint;

/**
 * What training needs besides the weights to go on exactly. The arrays belong to the record.
 *
 * @param steps optimiser steps done
 * @param pairs pairs in those steps
 * @param skippedSteps steps left out because the loss was not finite
 * @param skippedInARow how many of those were the last ones
 * @param firstMoment AdamW's m, in the order of the weights
 * @param secondMoment AdamW's v
 */
@SuppressWarnings("ArrayRecordComponent")
public record TrainingState(
        long steps, long pairs, long skippedSteps, int skippedInARow, float[] firstMoment, float[] secondMoment) {

    /** Before the first step of a model with so many parameters. */
    public static TrainingState fresh(int parameters) {
        return new TrainingState(0, 0, 0, 0, new float[parameters], new float[parameters]);
    }
}
