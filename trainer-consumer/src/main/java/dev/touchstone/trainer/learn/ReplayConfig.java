package dev.touchstone.trainer.learn;

/**
 * How pairs are trained on again. A model keeps it for life.
 *
 * @param replayShare share of replayed pairs in all that is trained on for a micro-batch, 0 to less than 1: two thirds are two
 *     replayed pairs for each fresh one
 * @param replaySteps optimiser steps that the replayed pairs of a micro-batch are spread over, after the one on its fresh pairs;
 *     0 puts them into the step on the fresh pairs
 * @param maxPasses how often a pair is trained on at most, the first time included, at least 1
 * @param reservoirPairs most pairs kept for replay over all sources, at least 1
 */
public record ReplayConfig(double replayShare, int replaySteps, int maxPasses, int reservoirPairs) {
    /** As measured for the built-in model; see the module's README. */
    public static final ReplayConfig DEFAULT = new ReplayConfig(0.6667, 2, 4, 2048);

    /** Checks the ranges. */
    public ReplayConfig {
        if (!(replayShare >= 0 && replayShare < 1)) {
            throw new IllegalArgumentException(
                    "The share of replayed pairs is out of range: set touchstone.replay-share to at least 0 and less than 1.");
        }
        if (replaySteps < 0 || maxPasses < 1 || reservoirPairs < 1) {
            throw new IllegalArgumentException("Replay is out of range: set touchstone.replay-steps to 0 or more,"
                    + " touchstone.max-passes and touchstone.reservoir-pairs to 1 or more.");
        }
    }

    /** Replayed pairs for so many fresh ones, if the reservoir has them. */
    int replayedFor(int fresh) {
        return Math.toIntExact(Math.round(fresh * replayShare / (1 - replayShare)));
    }

    /** How many of the replayed pairs of a micro-batch are in a step, counted from 0 to replaySteps - 1. */
    int inStep(int step, int replayed) {
        return (int) (((step + 1L) * replayed) / replaySteps - ((long) step * replayed) / replaySteps);
    }
}
