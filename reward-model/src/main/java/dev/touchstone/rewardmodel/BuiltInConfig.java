package dev.touchstone.rewardmodel;

/**
 * Sizes of the built-in decoder: learned positions, layer norm, GELU; trained from scratch. Its reader of critiques has the
 * same sizes once more.
 *
 * @param dim width of the residual stream; a multiple of 2 * heads
 * @param layers number of blocks that read inputs, and of those that read critiques
 * @param heads attention heads
 * @param feedForward width of a block's hidden layer
 * @param maxTokens longest input, and longest critique, in tokens
 * @param vocabulary number of token ids
 * @param rewardHeads linear heads over the last hidden state; their mean is the reward, their deviation its uncertainty
 */
public record BuiltInConfig(
        int dim, int layers, int heads, int feedForward, int maxTokens, int vocabulary, int rewardHeads)
        implements ModelConfig {

    private static final int LARGEST = 1 << 14;

    public BuiltInConfig {
        ModelConfig.require(
                dim > 0 && layers > 0 && heads > 0 && feedForward > 0, "All sizes of a model must be positive.");
        ModelConfig.require(dim % (2 * heads) == 0, "dim must be a multiple of 2 * heads.");
        ModelConfig.require(maxTokens >= 32, "maxTokens must be at least 32.");
        ModelConfig.require(vocabulary > 256, "vocabulary must hold the 256 bytes and the special tokens.");
        ModelConfig.require(
                rewardHeads >= 1 && rewardHeads <= MAX_REWARD_HEADS,
                "rewardHeads must be in [1, " + MAX_REWARD_HEADS + "].");
        int widest = Math.max(Math.max(3 * dim, feedForward), Math.max(maxTokens, vocabulary));
        ModelConfig.require(
                dim <= LARGEST && layers <= LARGEST && widest <= 1 << 20 && (long) widest * dim * layers < 1L << 28,
                "The sizes of the model are out of range.");
    }

    /** One reward head. */
    public BuiltInConfig(int dim, int layers, int heads, int feedForward, int maxTokens, int vocabulary) {
        this(dim, layers, heads, feedForward, maxTokens, vocabulary, 1);
    }

    @Override
    public boolean readsCritiquesApart() {
        return true;
    }

    /** The same with another number of reward heads. */
    public BuiltInConfig withRewardHeads(int number) {
        return new BuiltInConfig(dim, layers, heads, feedForward, maxTokens, vocabulary, number);
    }
}
