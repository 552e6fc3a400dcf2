package dev.touchstone.benchmarks.experiment;

/**
 * Sizes of a {@link LookupTask}. The tables are what a model without critiques must learn from the labels, so any ratio of
 * pairs grows with them: it is to be told with them.
 *
 * @param keys keys of the table of values
 * @param forms keys of the table of forms
 * @param longer share of the pairs whose chosen side is longer, above 0.5 a cue that is not in the utility
 * @param flips share of the labels that are wrong, in training and validation
 */
record TaskSettings(int keys, int forms, double longer, double flips) {
    TaskSettings {
        if (keys < 8 || forms < 8 || keys > 1_000 || forms > 1_000) {
            throw new IllegalArgumentException("A table needs 8 to 1,000 keys.");
        }
        if (!(longer >= 0.5 && longer < 1 && flips >= 0 && flips < 0.5)) {
            throw new IllegalArgumentException("longer must be in [0.5, 1), flips in [0, 0.5).");
        }
    }

    /** 96 and 24 keys, 60 % longer, 5 % wrong. */
    static TaskSettings usual() {
        return new TaskSettings(96, 24, 0.6, 0.05);
    }
}
