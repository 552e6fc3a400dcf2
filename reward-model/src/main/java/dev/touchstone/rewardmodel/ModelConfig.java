package dev.touchstone.rewardmodel;

/**
 * Sizes of the built-in decoder.
 *
 * @param dim width of the residual stream; a multiple of 2 * heads
 * @param layers number of blocks
 * @param heads attention heads
 * @param feedForward width of a block's hidden layer
 * @param maxTokens longest input, in tokens
 * @param vocabulary number of token ids
 */
public record ModelConfig(int dim, int layers, int heads, int feedForward, int maxTokens, int vocabulary) {

    private static final int LARGEST = 1 << 14;

    public ModelConfig {
        require(dim > 0 && layers > 0 && heads > 0 && feedForward > 0, "All sizes of a model must be positive.");
        require(dim % (2 * heads) == 0, "dim must be a multiple of 2 * heads.");
        require(maxTokens >= 32, "maxTokens must be at least 32.");
        require(vocabulary > 256, "vocabulary must hold the 256 bytes and the special tokens.");
        int widest = Math.max(Math.max(3 * dim, feedForward), Math.max(maxTokens, vocabulary));
        require(
                dim <= LARGEST && layers <= LARGEST && widest <= 1 << 20 && (long) widest * dim * layers < 1L << 28,
                "The sizes of the model are out of range.");
    }

    /** The model that the quickstart trains from scratch. */
    public static ModelConfig builtIn(int vocabulary) {
        return new ModelConfig(64, 2, 4, 192, 320, vocabulary);
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
