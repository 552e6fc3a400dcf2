package dev.touchstone.benchmarks.experiment;

/**
 * One training run of an experiment.
 *
 * @param condition what the model is shown
 * @param pairs how many labelled pairs it learns from
 * @param seed of pairs, their order, the critic and the first weights; runs of one seed share their pairs
 * @param rate learning rate
 */
record Cell(Condition condition, int pairs, int seed, double rate) {
    /** The same of two cells that are the same. */
    String key() {
        return condition.label() + "/" + pairs + "/" + seed + "/" + rate;
    }
}
