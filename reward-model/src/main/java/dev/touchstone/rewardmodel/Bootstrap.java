package dev.touchstone.rewardmodel;

import java.util.SplittableRandom;

/**
 * How often each reward head counts each pair: once where there is one head, else a Poisson number of mean 1, so that
 * every head learns from a bootstrap sample of its own (online bagging: Oza and Russell, AISTATS 2001).
 */
final class Bootstrap {

    private Bootstrap() {}

    /** Weights of the pairs of one batch, [pairs][heads]. */
    static float[][] weights(int pairs, int heads, SplittableRandom random) {
        float[][] weights = new float[pairs][heads];
        for (float[] row : weights) {
            for (int head = 0; head < heads; head++) {
                row[head] = heads == 1 ? 1 : poisson(random);
            }
        }
        return weights;
    }

    /** Knuth's method (The Art of Computer Programming, 2, 3.4.1). */
    private static int poisson(SplittableRandom random) {
        double product = random.nextDouble();
        int count = 0;
        while (product > Math.exp(-1)) {
            product *= random.nextDouble();
            count++;
        }
        return count;
    }
}
