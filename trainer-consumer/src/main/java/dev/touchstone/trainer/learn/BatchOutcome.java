package dev.touchstone.trainer.learn;

/**
 * What became of a micro-batch.
 *
 * @param batch its number in the lineage, from 1
 * @param step optimiser steps of the lineage after it
 * @param steps optimiser steps that were taken for it
 * @param trained pairs trained on
 * @param heldOut pairs kept aside
 * @param skipped records that were neither
 * @param tokens tokens of the trained pairs, both sides
 */
public record BatchOutcome(long batch, long step, int steps, int trained, int heldOut, int skipped, long tokens) {}
