package dev.touchstone.rewardmodel;

/**
 * A labelled comparison.
 *
 * @param chosen the preferred side
 * @param rejected the other side
 * @param margin by how much the chosen logit shall exceed the rejected one before the loss falls below log 2; 0 for a
 *     plain preference
 * @param tie whether neither side is better: the loss pulls both logits together, and the order of the sides means nothing
 */
public record TrainingPair(RewardInput chosen, RewardInput rejected, double margin, boolean tie) {

    public TrainingPair {
        if (!Double.isFinite(margin) || margin < 0) {
            throw new IllegalArgumentException(
                    "A pair's margin must be finite and not negative, but is " + margin + ".");
        }
        if (tie && margin != 0) {
            throw new IllegalArgumentException("A tie has no margin, but this one has " + margin + ".");
        }
    }

    /** A pair whose chosen side is the better one. */
    public TrainingPair(RewardInput chosen, RewardInput rejected, double margin) {
        this(chosen, rejected, margin, false);
    }
}
