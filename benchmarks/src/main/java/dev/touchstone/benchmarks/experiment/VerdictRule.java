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
    /** The true weights, given: no label is needed. */
    static VerdictRule given() {
        return new VerdictRule(LookupTask.CORRECT, LookupTask.IN_FORM, LookupTask.POLITE);
    }

    /** The weights under which the pairs' labels are most likely; see {@link LogisticFit}. */
    static VerdictRule fitted(List<Pair> pairs, Critic critic) {
        double[] w = LogisticFit.weights(
                pairs.stream().map(pair -> difference(pair, critic)).toArray(double[][]::new), 3);
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
}
