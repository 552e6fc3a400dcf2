package dev.touchstone.rewardmodel;

/**
 * How a model learns. {@link #defaults} was measured; see the module's README.
 *
 * @param learningRate step size after the warm-up; constant from there on
 * @param warmUpSteps steps over which the rate rises linearly to it
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon AdamW's denominator guard
 * @param weightDecay decoupled decay of the matrices; norms and positions have none
 * @param clipNorm greatest global norm of the gradient
 * @param centring weight of mean((r+ + r-)^2), which keeps rewards around 0 (Eisenstein et al., arXiv 2312.09244)
 * @param labelSmoothing share of labels taken to be wrong, in [0, 0.5)
 * @param critiqueDropout chance that both sides of a pair lose their critiques in a step, in [0, 1)
 * @param maxSkipped so many steps in a row with a loss that is not finite end the training
 * @param seed of the first weights and of the critique dropout
 */
public record TrainingConfig(
        double learningRate,
        int warmUpSteps,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double clipNorm,
        double centring,
        double labelSmoothing,
        double critiqueDropout,
        int maxSkipped,
        long seed) {

    public TrainingConfig {
        require(learningRate > 0 && learningRate < 1, "learningRate must be in (0, 1)");
        require(warmUpSteps >= 0, "warmUpSteps must not be negative");
        require(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "beta1 and beta2 must be in [0, 1)");
        require(epsilon > 0, "epsilon must be positive");
        require(weightDecay >= 0 && weightDecay * learningRate < 1, "weightDecay must be in [0, 1 / learningRate)");
        require(clipNorm > 0, "clipNorm must be positive");
        require(centring >= 0 && centring <= 1, "centring must be in [0, 1]");
        require(labelSmoothing >= 0 && labelSmoothing < 0.5, "labelSmoothing must be in [0, 0.5)");
        require(critiqueDropout >= 0 && critiqueDropout < 1, "critiqueDropout must be in [0, 1)");
        require(maxSkipped > 0, "maxSkipped must be positive");
    }

    /** The measured defaults with a seed. */
    public static TrainingConfig defaults(long seed) {
        return new TrainingConfig(2e-3, 20, 0.9, 0.98, 1e-8, 0.1, 1.0, 1e-3, 0.0, 0.15, 8, seed);
    }

    /** The same with another learning rate. */
    public TrainingConfig withLearningRate(double rate) {
        return new TrainingConfig(
                rate,
                warmUpSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                centring,
                labelSmoothing,
                critiqueDropout,
                maxSkipped,
                seed);
    }

    /** The same with another chance of losing the critiques. */
    public TrainingConfig withCritiqueDropout(double chance) {
        return new TrainingConfig(
                learningRate,
                warmUpSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                centring,
                labelSmoothing,
                chance,
                maxSkipped,
                seed);
    }

    /** The rate of a step, counted from 1. */
    double rateAt(long step) {
        return warmUpSteps == 0 ? learningRate : learningRate * Math.min(1.0, (double) step / warmUpSteps);
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence + ".");
        }
    }
}
