package dev.touchstone.rewardmodel;

import org.jspecify.annotations.Nullable;

/** Mean and spread of what the reward heads say: an ensemble over one trunk (Lakshminarayanan et al., arXiv 1612.01474). */
final class HeadScores {

    private HeadScores() {}

    /** The mean over the heads of each input; rewards: [inputs][heads]. */
    static double[] means(float[][] rewards) {
        double[] means = new double[rewards.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = mean(rewards[i]);
        }
        return means;
    }

    /** The standard deviation over the heads of each input (n - 1 in the denominator); null where there is one head. */
    static double @Nullable [] spreads(float[][] rewards, int heads) {
        if (heads == 1) {
            return null;
        }
        double[] spreads = new double[rewards.length];
        for (int i = 0; i < spreads.length; i++) {
            double mean = mean(rewards[i]);
            double squares = 0;
            for (float reward : rewards[i]) {
                squares += (reward - mean) * (reward - mean);
            }
            spreads[i] = Math.sqrt(squares / (heads - 1));
        }
        return spreads;
    }

    private static double mean(float[] rewards) {
        double sum = 0;
        for (float reward : rewards) {
            sum += reward;
        }
        return sum / rewards.length;
    }
}
