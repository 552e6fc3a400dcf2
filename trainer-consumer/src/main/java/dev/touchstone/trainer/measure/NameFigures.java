package dev.touchstone.trainer.measure;

/**
 * Figures of the pairs of one source or critic, at least one.
 *
 * @param pairs how many
 * @param accuracy as in {@link PairFigures}
 * @param logLoss as in {@link PairFigures}
 */
public record NameFigures(long pairs, double accuracy, double logLoss) {}
