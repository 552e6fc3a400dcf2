package dev.touchstone.benchmarks.experiment;

/**
 * A prompt of a {@link LookupTask}.
 *
 * @param key number of the key whose value is asked for
 * @param form number of the key of a form
 */
record Prompt(int key, int form) {}
