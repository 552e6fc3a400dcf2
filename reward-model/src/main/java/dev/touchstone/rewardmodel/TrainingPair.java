package dev.touchstone.rewardmodel;

/**
 * A labelled comparison.
 *
 * @param chosen the preferred side
 * @param rejected the other side
 * @param margin by how much the chosen logit shall exceed the rejected one before the loss falls below log 2; 0 for a
 *     plain preference
 */
public record TrainingPair(RewardInput chosen, RewardInput rejected, double margin) {

    public TrainingPair {
        if (!Double.isFinite(margin) || margin < 0) {
            throw new IllegalArgumentException(
                    "A pair's margin must be finite and not negative, but is " + margin + ".");
        }
    }
}
