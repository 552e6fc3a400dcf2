package dev.touchstone.trainer.learn;

/**
 * What is made of a pair's label. A model keeps it for life.
 *
 * @param ties what becomes of a pair whose label says that neither side is better
 * @param strengthMargin margin of a pair of strength 1 that has no margin of its own, in units of the logit, at least 0; one of
 *     strength s has s times this
 */
public record LabelConfig(Ties ties, double strengthMargin) {
    /** Ties are skipped and strengths are not read. */
    public static final LabelConfig DEFAULT = new LabelConfig(Ties.SKIP, 0);

    /** What becomes of a tie. */
    public enum Ties {
        /** It is not trained on. */
        SKIP,
        /** It is trained on so that both rewards move together; neither side wins. */
        CENTRE
    }

    /** Checks the range. */
    public LabelConfig {
        if (!(strengthMargin >= 0 && strengthMargin < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "The margin of a strong label is out of range: set touchstone.strength-margin to 0 or more.");
        }
    }
}
