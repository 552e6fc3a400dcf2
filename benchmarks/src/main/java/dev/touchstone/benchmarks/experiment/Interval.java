package dev.touchstone.benchmarks.experiment;

import java.util.Arrays;
import java.util.Locale;

/**
 * A figure and how far draws of a bootstrap spread (Efron and Tibshirani, 1993).
 *
 * @param low lower end of the middle 95 % of the draws
 * @param middle the figure of all that there is
 * @param high upper end
 */
public record Interval(double low, double middle, double high) {
    /** @param draws the figure of each draw, in any order; what is NaN counts as the greatest */
    public static Interval of(double middle, double[] draws) {
        double[] sorted = draws.clone();
        Arrays.sort(sorted);
        return new Interval(sorted[(int) (0.025 * sorted.length)], middle, sorted[(int) (0.975 * sorted.length)]);
    }

    /** A difference of shares in points, for a person. */
    public String points() {
        return String.format(Locale.ROOT, "%+.1f (%+.1f to %+.1f)", 100 * middle, 100 * low, 100 * high);
    }
}
