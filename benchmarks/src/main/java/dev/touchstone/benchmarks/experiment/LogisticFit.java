package dev.touchstone.benchmarks.experiment;

/** Weights of a rule without a model: logistic regression on differences of the two sides (Bradley and Terry, Biometrika 39, 1952). */
public final class LogisticFit {
    private static final int ROUNDS = 300;
    private static final double RATE = 1.0;
    private static final double RIDGE = 1e-3;

    private LogisticFit() {}

    /**
     * The weights under which the chosen sides are most likely, by gradient descent, with a little pull to 0.
     *
     * @param differences for each pair, chosen less rejected, from -1 to 1
     * @param features number of weights
     */
    public static double[] weights(double[][] differences, int features) {
        double[] w = new double[features];
        for (int round = 0; round < ROUNDS; round++) {
            double[] gradient = new double[features];
            for (double[] x : differences) {
                double sum = 0;
                for (int i = 0; i < features; i++) {
                    sum += w[i] * x[i];
                }
                double miss = 1 / (1 + Math.exp(sum));
                for (int i = 0; i < features; i++) {
                    gradient[i] += miss * x[i] / differences.length;
                }
            }
            for (int i = 0; i < features; i++) {
                w[i] += RATE * (gradient[i] - RIDGE * w[i]);
            }
        }
        return w;
    }
}
