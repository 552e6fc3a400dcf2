package dev.touchstone.rewardmodel.checkpoint;

/**
 * What training counts. With the seed of the configuration they are the whole random state, since every draw follows from
 * the seed and the number of attempts.
 *
 * @param steps optimiser steps done
 * @param pairs pairs in those steps
 * @param skippedSteps steps left out because the loss was not finite
 * @param skippedInARow how many of those were the last ones
 */
public record TrainingCounters(long steps, long pairs, long skippedSteps, int skippedInARow) {

    /** Before the first step. */
    public static final TrainingCounters ZERO = new TrainingCounters(0, 0, 0, 0);

    /** Steps that were tried. */
    public long attempts() {
        return steps + skippedSteps;
    }

    /** After one more step over so many pairs. */
    public TrainingCounters plus(int pairsOfStep, boolean skipped) {
        return skipped
                ? new TrainingCounters(steps, pairs, skippedSteps + 1, skippedInARow + 1)
                : new TrainingCounters(steps + 1, pairs + pairsOfStep, skippedSteps, 0);
    }
}
