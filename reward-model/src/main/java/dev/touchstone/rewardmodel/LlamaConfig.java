package dev.touchstone.rewardmodel;

import java.util.List;
import java.util.Locale;

/**
 * Shape of a decoder of the Llama kind: RMS norm, rotary positions, grouped-query attention, SwiGLU, no dropout. Llama,
 * Mistral, Qwen2 and Qwen3 differ in the fields below alone.
 *
 * @param family whose names and defaults the checkpoint's {@code config.json} uses
 * @param dim width of the residual stream ({@code hidden_size})
 * @param layers number of blocks ({@code num_hidden_layers})
 * @param heads query heads ({@code num_attention_heads})
 * @param keyValueHeads key and value heads ({@code num_key_value_heads}); divides heads
 * @param headDim width of a head; even
 * @param feedForward width of the gated layer ({@code intermediate_size})
 * @param maxTokens longest input, in tokens ({@code max_position_embeddings})
 * @param vocabulary number of token ids
 * @param normEpsilon guard of the RMS norms ({@code rms_norm_eps})
 * @param queryKeyValueBias whether q, k and v projections have a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param feedForwardBias whether gate, up and down projections have a bias
 * @param queryKeyNorm whether every query and key head passes an RMS norm before the rotation (Qwen3)
 * @param rotary how positions rotate queries and keys
 * @param slidingWindow a token sees itself and the slidingWindow - 1 tokens before it; 0 for all of them
 * @param slidingLayers for each block whether it uses the window; all false without one
 * @param rewardHeads see {@link ModelConfig#rewardHeads}
 */
public record LlamaConfig(
        Family family,
        int dim,
        int layers,
        int heads,
        int keyValueHeads,
        int headDim,
        int feedForward,
        int maxTokens,
        int vocabulary,
        double normEpsilon,
        boolean queryKeyValueBias,
        boolean outputBias,
        boolean feedForwardBias,
        boolean queryKeyNorm,
        Rotary rotary,
        int slidingWindow,
        List<Boolean> slidingLayers,
        int rewardHeads)
        implements ModelConfig {

    /** Architectures that share this shape. */
    public enum Family {
        LLAMA("Llama"),
        MISTRAL("Mistral"),
        QWEN2("Qwen2"),
        QWEN3("Qwen3");

        private final String prefix;

        Family(String prefix) {
            this.prefix = prefix;
        }

        /** The {@code model_type} of {@code config.json}. */
        public String modelType() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The class that Python's transformers gives the reward model of this family. */
        public String architecture() {
            return prefix + "ForSequenceClassification";
        }
    }

    public LlamaConfig {
        ModelConfig.require(
                dim > 0 && layers > 0 && heads > 0 && keyValueHeads > 0 && headDim > 0 && feedForward > 0,
                "All sizes of a model must be positive.");
        ModelConfig.require(
                heads % keyValueHeads == 0,
                "num_attention_heads (" + heads + ") must be a multiple of num_key_value_heads (" + keyValueHeads
                        + ").");
        ModelConfig.require(headDim % 2 == 0, "head_dim must be even, but is " + headDim + ".");
        ModelConfig.require(maxTokens >= 2, "max_position_embeddings must be at least 2.");
        ModelConfig.require(vocabulary > 1, "vocab_size must be at least 2.");
        ModelConfig.require(normEpsilon > 0 && normEpsilon < 1, "rms_norm_eps must be in (0, 1).");
        ModelConfig.require(slidingWindow >= 0, "A sliding window cannot be negative.");
        ModelConfig.require(
                rewardHeads >= 1 && rewardHeads <= MAX_REWARD_HEADS,
                "The number of reward heads must be in [1, " + MAX_REWARD_HEADS + "].");
        slidingLayers = List.copyOf(slidingLayers);
        ModelConfig.require(slidingLayers.size() == layers, "There must be as many layer_types as num_hidden_layers.");
        ModelConfig.require(
                slidingWindow > 0 || !slidingLayers.contains(true), "Sliding layers need a sliding_window.");
        long largest = 1L << 20;
        ModelConfig.require(
                Math.max(Math.max(dim, feedForward), vocabulary) <= largest
                        && layers <= 1 << 12
                        && (long) heads * headDim <= largest,
                "The sizes of the model are out of range.");
    }

    @Override
    public boolean readsCritiquesApart() {
        return false;
    }

    /** The same with another number of reward heads. */
    public LlamaConfig withRewardHeads(int number) {
        return with(rotary, number);
    }

    /** The same with other rotations. */
    public LlamaConfig withRotary(Rotary other) {
        return with(other, rewardHeads);
    }

    private LlamaConfig with(Rotary rotations, int number) {
        return new LlamaConfig(
                family,
                dim,
                layers,
                heads,
                keyValueHeads,
                headDim,
                feedForward,
                maxTokens,
                vocabulary,
                normEpsilon,
                queryKeyValueBias,
                outputBias,
                feedForwardBias,
                queryKeyNorm,
                rotations,
                slidingWindow,
                slidingLayers,
                number);
    }
}
