package dev.touchstone.benchmarks.experiment.owndata;

/**
 * One arm with one number of pairs and one seed, over all folds.
 *
 * @param condition what models are shown
 * @param pairs that each model learns from
 * @param seed of folds, order, critic and first weights
 */
record OwnCell(OwnCondition condition, int pairs, int seed) {
    /** The same of cells that are the same on the same data. */
    String key(String data) {
        return data + "/" + condition.label() + "/" + pairs + "/" + seed;
    }
}
