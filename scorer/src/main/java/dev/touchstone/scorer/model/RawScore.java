package dev.touchstone.scorer.model;

/**
 * What a reward model says of one input.
 *
 * @param logit its raw output, unbounded; may be NaN or infinite if the model is broken
 * @param truncated whether part of the text did not fit
 */
public record RawScore(double logit, boolean truncated) {}
