package dev.touchstone.benchmarks.experiment;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;

/**
 * The built-in model that is trained, and where.
 *
 * @param width of the model; a multiple of 8
 * @param layers number of blocks
 * @param compute device and number type
 */
record ModelSize(int width, int layers, Compute compute) {
    /** Inputs of the made-up task are at most so long. */
    private static final int MOST_TOKENS = 48;

    private static final int HEADS = 4;

    /** Enough for the task on a CPU. */
    static ModelSize usual(Compute compute) {
        return new ModelSize(64, 2, compute);
    }

    /** Some 30 times as many weights in its blocks. */
    static ModelSize large(Compute compute) {
        return new ModelSize(256, 4, compute);
    }

    BuiltInConfig config(int vocabulary) {
        return new BuiltInConfig(width, layers, HEADS, 3 * width, MOST_TOKENS, vocabulary);
    }
}
