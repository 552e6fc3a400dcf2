package dev.touchstone.trainer.gate;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Figures over some of the held-out pairs, given by their indices, and how sure they are. */
final class Statistics {
    private static final int BINS = 10;
    private static final int RESAMPLES = 400;
    /** The same pairs always get the same ruling. */
    private static final long SEED = 20_100_968;

    private Statistics() {}

    /** Mean squared distance of the probability of the label from 1 (Brier, Monthly Weather Review 78, 1950). */
    static double brier(double[] margins, int[] at) {
        double sum = 0;
        for (int i : at) {
            double missed = 1 - probability(margins[i]);
            sum += missed * missed;
        }
        return sum / at.length;
    }

    /**
     * Expected calibration error: ten bins of the probability of the side that is ahead, 0.5 to 1 (Guo et al., arXiv
     * 1706.04599).
     */
    static double calibrationError(double[] margins, int[] at) {
        double[] gaps = new double[BINS];
        for (int i : at) {
            double p = probability(margins[i]);
            double confidence = Math.max(p, 1 - p);
            // A model of few probabilities may sit on a border: rounding must not part what belongs together.
            int bin = Math.min(BINS - 1, (int) ((confidence - 0.5) * 2 * BINS + 1e-9));
            gaps[bin] += (p > 0.5 ? 1 : p == 0.5 ? 0.5 : 0) - confidence;
        }
        return Arrays.stream(gaps).map(Math::abs).sum() / at.length;
    }

    /** Pearson's correlation, 0 if one of the two does not vary; x and y have two values for each index. */
    static double correlation(double[][] x, double[][] y, int[] at) {
        double n = 2.0 * at.length;
        double sx = 0;
        double sy = 0;
        double sxx = 0;
        double syy = 0;
        double sxy = 0;
        for (int i : at) {
            for (int side = 0; side < 2; side++) {
                double a = x[i][side];
                double b = y[i][side];
                sx += a;
                sy += b;
                sxx += a * a;
                syy += b * b;
                sxy += a * b;
            }
        }
        double spread = (sxx - sx * sx / n) * (syy - sy * sy / n);
        return spread <= 0 ? 0 : (sxy - sx * sy / n) / Math.sqrt(spread);
    }

    /** All indices. */
    static int[] all(int n) {
        int[] at = new int[n];
        Arrays.setAll(at, i -> i);
        return at;
    }

    /**
     * What a figure is at least, but for a chance of error: a quantile of its bootstrap (Efron, Annals of Statistics 7,
     * 1979), drawn by pairs.
     */
    static double lowerBound(int n, double error, ToDoubleFunction<int[]> figure) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] values = new double[RESAMPLES];
        int[] at = new int[n];
        for (int r = 0; r < RESAMPLES; r++) {
            for (int i = 0; i < n; i++) {
                at[i] = random.nextInt(n);
            }
            values[r] = figure.applyAsDouble(at);
        }
        Arrays.sort(values);
        return values[(int) (error * RESAMPLES)];
    }

    private static double probability(double margin) {
        return 1 / (1 + Math.exp(-margin));
    }
}
