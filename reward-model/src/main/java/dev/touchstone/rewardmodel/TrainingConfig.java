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
 * @param withheldShare share of the pairs with critiques that a step shows a second time without them, in [0, 1], where critiques are
 *     a part of the input; both showings then count one half. So the model goes on learning from the completions where critiques
 *     are easier to learn from, and can do without them. A model with a {@linkplain ModelConfig#readsCritiquesApart reader} for
 *     critiques needs no second showing
 * @param averageDecay decay of the moving average of the weights, which then serves instead of the weights themselves
 *     (Polyak and Juditsky, SIAM J. Control Optim. 30, 1992); it rises to this value over the first steps; 0 for none
 * @param maxSkipped so many steps in a row with a loss that is not finite end the training
 * @param seed of the first weights, of the bootstrap samples, and of the pairs that are shown a second time
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
        double withheldShare,
        double averageDecay,
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
        require(withheldShare >= 0 && withheldShare <= 1, "withheldShare must be in [0, 1]");
        require(averageDecay >= 0 && averageDecay < 1, "averageDecay must be in [0, 1)");
        require(maxSkipped > 0, "maxSkipped must be positive");
    }

    /** Defaults for the built-in model, as measured, with a seed. */
    public static TrainingConfig defaults(long seed) {
        return new TrainingConfig(2e-3, 20, 0.9, 0.98, 1e-8, 0.1, 1.0, 1e-3, 0.0, 1.0, 0.99, 8, seed);
    }

    /**
     * Usual values for a pretrained model that learns whole; for adapters raise the learning rate tenfold. There is no average,
     * whose copy of the weights is large here.
     */
    public static TrainingConfig fineTuning(long seed) {
        return defaults(seed).toBuilder()
                .learningRate(1e-5)
                .beta2(0.999)
                .weightDecay(0.01)
                .averageDecay(0)
                .build();
    }

    /** A copy to change. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The same with another learning rate. */
    public TrainingConfig withLearningRate(double rate) {
        return toBuilder().learningRate(rate).build();
    }

    /** The same with another share of pairs that are shown without their critiques, too. */
    public TrainingConfig withWithheldShare(double share) {
        return toBuilder().withheldShare(share).build();
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

    /** Changes single values of a configuration. */
    public static final class Builder {
        private double learningRate;
        private int warmUpSteps;
        private double beta1;
        private double beta2;
        private double epsilon;
        private double weightDecay;
        private double clipNorm;
        private double centring;
        private double labelSmoothing;
        private double withheldShare;
        private double averageDecay;
        private int maxSkipped;
        private long seed;

        private Builder(TrainingConfig from) {
            learningRate = from.learningRate;
            warmUpSteps = from.warmUpSteps;
            beta1 = from.beta1;
            beta2 = from.beta2;
            epsilon = from.epsilon;
            weightDecay = from.weightDecay;
            clipNorm = from.clipNorm;
            centring = from.centring;
            labelSmoothing = from.labelSmoothing;
            withheldShare = from.withheldShare;
            averageDecay = from.averageDecay;
            maxSkipped = from.maxSkipped;
            seed = from.seed;
        }

        /** See {@link TrainingConfig#learningRate}. */
        public Builder learningRate(double value) {
            learningRate = value;
            return this;
        }

        /** See {@link TrainingConfig#warmUpSteps}. */
        public Builder warmUpSteps(int value) {
            warmUpSteps = value;
            return this;
        }

        /** See {@link TrainingConfig#beta1}. */
        public Builder beta1(double value) {
            beta1 = value;
            return this;
        }

        /** See {@link TrainingConfig#beta2}. */
        public Builder beta2(double value) {
            beta2 = value;
            return this;
        }

        /** See {@link TrainingConfig#epsilon}. */
        public Builder epsilon(double value) {
            epsilon = value;
            return this;
        }

        /** See {@link TrainingConfig#weightDecay}. */
        public Builder weightDecay(double value) {
            weightDecay = value;
            return this;
        }

        /** See {@link TrainingConfig#clipNorm}. */
        public Builder clipNorm(double value) {
            clipNorm = value;
            return this;
        }

        /** See {@link TrainingConfig#centring}. */
        public Builder centring(double value) {
            centring = value;
            return this;
        }

        /** See {@link TrainingConfig#labelSmoothing}. */
        public Builder labelSmoothing(double value) {
            labelSmoothing = value;
            return this;
        }

        /** See {@link TrainingConfig#withheldShare}. */
        public Builder withheldShare(double value) {
            withheldShare = value;
            return this;
        }

        /** See {@link TrainingConfig#averageDecay}. */
        public Builder averageDecay(double value) {
            averageDecay = value;
            return this;
        }

        /** See {@link TrainingConfig#maxSkipped}. */
        public Builder maxSkipped(int value) {
            maxSkipped = value;
            return this;
        }

        /** See {@link TrainingConfig#seed}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** The configuration, checked. */
        public TrainingConfig build() {
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
                    withheldShare,
                    averageDecay,
                    maxSkipped,
                    seed);
        }
    }
}
