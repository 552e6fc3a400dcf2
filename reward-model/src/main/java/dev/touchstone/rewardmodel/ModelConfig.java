package dev.touchstone.rewardmodel;

/** Shape of a network: what its {@code config.json} says. */
public sealed interface ModelConfig permits BuiltInConfig, LlamaConfig {

    /** The most reward heads of a model. */
    int MAX_REWARD_HEADS = 64;

    /** Width of the residual stream. */
    int dim();

    /** Number of blocks. */
    int layers();

    /** The longest input that the network takes, in tokens. */
    int maxTokens();

    /** Number of token ids. */
    int vocabulary();

    /** Linear heads over the last hidden state; their mean is the reward, their deviation its uncertainty. */
    int rewardHeads();

    /**
     * Whether critiques stand beside the input, with a reader of their own whose say is added to the input's reward. Then what
     * the model learns from inputs is the same with and without critiques, bit by bit. Otherwise a critique is a part of the input.
     */
    boolean readsCritiquesApart();

    /** The model that the quickstart trains from scratch. */
    static BuiltInConfig builtIn(int vocabulary) {
        return new BuiltInConfig(64, 2, 4, 192, 512, vocabulary);
    }

    /** Throws an {@link IllegalArgumentException} with this sentence unless the condition holds. */
    static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
