package dev.touchstone.benchmarks.experiment;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Immutable. No model at all: a completion is worth the weighted sum of its critic's verdicts. What preferences add to a
 * critic is what a model is better than this.
 *
 * @param correct weight of the value
 * @param inForm weight of the form
 * @param polite weight of the manner
 */
record VerdictRule(double correct, double inForm, double polite) {
    private static final int ROUNDS = 25;
    private static final double RIDGE = 1e-3;

    /** The true weights, given: no label is needed. */
    static VerdictRule given() {
        return new VerdictRule(LookupTask.CORRECT, LookupTask.IN_FORM, LookupTask.POLITE);
    }

    /** Logistic regression on the differences of verdicts (Bradley and Terry, Biometrika 39, 1952), by Newton's method. */
    static VerdictRule fitted(List<Pair> pairs, Critic critic) {
        double[] w = new double[3];
        for (int round = 0; round < ROUNDS; round++) {
            double[] gradient = new double[3];
            double[][] curvature = new double[3][3];
            for (int i = 0; i < 3; i++) {
                gradient[i] = RIDGE * pairs.size() * w[i];
                curvature[i][i] = RIDGE * pairs.size();
            }
            for (Pair pair : pairs) {
                double[] x = difference(pair, critic);
                double p = 1 / (1 + Math.exp(-(w[0] * x[0] + w[1] * x[1] + w[2] * x[2])));
                for (int i = 0; i < 3; i++) {
                    gradient[i] -= (1 - p) * x[i];
                    for (int j = 0; j < 3; j++) {
                        curvature[i][j] += p * (1 - p) * x[i] * x[j];
                    }
                }
            }
            double[] step = solve(curvature, gradient);
            for (int i = 0; i < 3; i++) {
                w[i] -= step[i];
            }
        }
        return new VerdictRule(w[0], w[1], w[2]);
    }

    /** The share of pairs that it orders as their labels do, 0 to 1; where it sees no difference it guesses. */
    double accuracy(List<Pair> pairs, Critic critic) {
        return accuracy(pairs, critic, 1);
    }

    /** The same where so many pairs that follow each other have one chosen side, which is to be above all the rejected ones. */
    double accuracy(List<Pair> pairs, Critic critic, int rivals) {
        return Wins.share(
                IntStream.range(0, pairs.size() / rivals)
                        .mapToObj(i -> pairs.get(i * rivals))
                        .mapToDouble(pair -> score(critic.verdicts(pair, true)))
                        .toArray(),
                pairs.stream()
                        .mapToDouble(pair -> score(critic.verdicts(pair, false)))
                        .toArray());
    }

    private double score(Critic.Verdicts verdicts) {
        return (verdicts.correct() ? correct : 0) + (verdicts.inForm() ? inForm : 0) + (verdicts.polite() ? polite : 0);
    }

    private static double[] difference(Pair pair, Critic critic) {
        Critic.Verdicts chosen = critic.verdicts(pair, true);
        Critic.Verdicts rejected = critic.verdicts(pair, false);
        return new double[] {
            (chosen.correct() ? 1 : 0) - (rejected.correct() ? 1 : 0),
            (chosen.inForm() ? 1 : 0) - (rejected.inForm() ? 1 : 0),
            (chosen.polite() ? 1 : 0) - (rejected.polite() ? 1 : 0)
        };
    }

    /** Cramer's rule. */
    private static double[] solve(double[][] a, double[] b) {
        double d = determinant(a);
        double[] x = new double[3];
        for (int column = 0; column < 3; column++) {
            double[][] replaced = {a[0].clone(), a[1].clone(), a[2].clone()};
            for (int row = 0; row < 3; row++) {
                replaced[row][column] = b[row];
            }
            x[column] = determinant(replaced) / d;
        }
        return x;
    }

    private static double determinant(double[][] m) {
        return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    }
}
