package dev.touchstone.benchmarks.experiment;

/**
 * Two completions of one prompt.
 *
 * @param number its own within its set; critiques follow from it
 * @param chosen the one that is labelled better
 * @param rejected the other one
 * @param flipped whether the label is wrong
 */
record Pair(int number, Prompt prompt, Completion chosen, Completion rejected, boolean flipped) {}
