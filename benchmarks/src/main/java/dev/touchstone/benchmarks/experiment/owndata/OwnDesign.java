package dev.touchstone.benchmarks.experiment.owndata;

import dev.touchstone.benchmarks.experiment.SeedRange;
import java.util.List;

/**
 * What is run.
 *
 * @param folds each is the test once
 * @param seeds that all is repeated by: of the folds, the order, the critics and the first weights
 * @param halvings how often the largest training set is halved
 * @param errors of the reference critic
 * @param rates learning rates to choose from, for each model, on validation
 * @param width of the model
 * @param maxTokens longest input
 * @param vocabulary of the tokenizer, which is trained on the training part of each fold
 * @param batch pairs of a step
 * @param epochs over the largest training set, but at least 100 steps; fewer pairs are passed as often, but for at least half as many steps
 * @param mostSteps of a model
 */
record OwnDesign(
        int folds,
        SeedRange seeds,
        int halvings,
        List<Double> errors,
        List<Double> rates,
        int width,
        int maxTokens,
        int vocabulary,
        int batch,
        int epochs,
        int mostSteps) {
    /** In fewer steps not even the canary is learnt. */
    private static final int FEWEST_STEPS = 100;

    static OwnDesign full() {
        return new OwnDesign(
                5,
                SeedRange.upTo(5),
                3,
                List.of(0.05, 0.2, 0.4),
                List.of(5e-4, 1e-3, 2e-3),
                64,
                512,
                2_000,
                32,
                10,
                1_000);
    }

    static OwnDesign quick() {
        return new OwnDesign(3, SeedRange.upTo(2), 1, List.of(0.05, 0.2, 0.4), List.of(2e-3), 32, 256, 800, 16, 4, 100);
    }

    /** Seconds; the figures mean nothing. */
    static OwnDesign tiny() {
        return new OwnDesign(2, SeedRange.upTo(1), 0, List.of(0.05, 0.4), List.of(1e-3), 16, 96, 300, 8, 1, 3);
    }

    /** The same by other seeds. */
    OwnDesign withSeeds(SeedRange others) {
        return new OwnDesign(
                folds, others, halvings, errors, rates, width, maxTokens, vocabulary, batch, epochs, mostSteps);
    }

    /** Steps for so many pairs of the greatest number of them, the same in every arm. */
    int steps(int pairs, int most) {
        int all = Math.min(mostSteps, Math.max(FEWEST_STEPS, epochs * most / batch));
        return Math.max(all / 2, Math.max(1, (int) Math.round((double) all * pairs / most)));
    }
}
