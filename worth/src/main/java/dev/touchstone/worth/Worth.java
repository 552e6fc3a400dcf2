package dev.touchstone.worth;

import dev.touchstone.worth.Curve.Crossing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The pairs that training without critiques needs, over those that it needs with them, at equal accuracy.
 *
 * <p>The interval is that of a parametric bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6):
 * both curves are drawn again from their own fits, and the ratio's percentiles are taken. An arm that has not reached an
 * accuracy leaves the ratio open above or below, and the interval says so.
 *
 * @param accuracy at which the arms are compared, 0 to 1
 * @param plainPairs after which the arm without critiques has it
 * @param critiquedPairs after which the arm with critiques has it
 * @param low lower end of the 95 % interval of the ratio; 0 if it is open
 * @param high upper end; infinite if it is open
 */
public record Worth(double accuracy, Crossing plainPairs, Crossing critiquedPairs, double low, double high) {
    private static final double TAIL = 0.025;

    /** The least that the ratio can be, by the fitted curves; equal to {@link #ratioAtMost} where it is known. */
    public double ratioAtLeast() {
        return ratio(plainPairs.atLeast(), critiquedPairs.atMost());
    }

    /** The most that it can be; infinite if the arm without critiques has not got there. */
    public double ratioAtMost() {
        return ratio(plainPairs.atMost(), critiquedPairs.atLeast());
    }

    /**
     * Compares two arms.
     *
     * @param accuracies at which they are compared
     * @param resamples of the bootstrap, at least 1
     */
    public static List<Worth> compare(
            Curve plain, Curve critiqued, List<Double> accuracies, int resamples, SplittableRandom random) {
        double[][] low = new double[accuracies.size()][resamples];
        double[][] high = new double[accuracies.size()][resamples];
        for (int i = 0; i < resamples; i++) {
            Curve drawnPlain = plain.resampled(random);
            Curve drawnCritiqued = critiqued.resampled(random);
            for (int a = 0; a < accuracies.size(); a++) {
                Crossing p = drawnPlain.pairsFor(accuracies.get(a));
                Crossing c = drawnCritiqued.pairsFor(accuracies.get(a));
                low[a][i] = ratio(p.atLeast(), c.atMost());
                high[a][i] = ratio(p.atMost(), c.atLeast());
            }
        }
        List<Worth> worths = new ArrayList<>();
        for (int a = 0; a < accuracies.size(); a++) {
            double accuracy = accuracies.get(a);
            Arrays.sort(low[a]);
            Arrays.sort(high[a]);
            worths.add(new Worth(
                    accuracy,
                    plain.pairsFor(accuracy),
                    critiqued.pairsFor(accuracy),
                    low[a][(int) (TAIL * resamples)],
                    high[a][Math.min(resamples - 1, (int) Math.ceil((1 - TAIL) * resamples))]));
        }
        return worths;
    }

    /** In floating point what is open stays open: x over 0 is infinite, x over infinity 0. */
    private static double ratio(double plain, double critiqued) {
        return plain / critiqued;
    }
}
