package dev.touchstone.benchmarks.experiment.owndata;

import java.util.Arrays;
import java.util.List;

/** Means. */
final class Numbers {
    private Numbers() {}

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** The mean of several rows of one length, place by place. */
    static double[] mean(List<double[]> rows) {
        double[] mean = new double[rows.get(0).length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        return mean;
    }
}
