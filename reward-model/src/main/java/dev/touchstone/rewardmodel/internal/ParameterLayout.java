package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.ModelConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters a model has, under which names files know them, and where they stand in its flat vectors: one that
 * learns and one that is frozen (empty unless there are adapters).
 *
 * @param trained what the optimiser changes
 * @param frozen what it leaves alone
 */
public record ParameterLayout(FlatLayout trained, FlatLayout frozen) {

    /** What PEFT puts before the names of what learns beside a frozen model. */
    public static final String ADAPTED = "base_model.model.";

    /** The layout of a model all of whose parameters learn, or of its adapters and reward heads. */
    public static ParameterLayout of(ModelConfig config, @Nullable LoraConfig adapters) {
        if (config instanceof LlamaConfig llama) {
            return LlamaLayout.of(llama, adapters);
        }
        ModelConfig.require(
                adapters == null, "The built-in model has no adapters: train it whole, or start from a checkpoint.");
        return new ParameterLayout(builtIn((BuiltInConfig) config), FlatLayout.empty(config.layers()));
    }

    private static FlatLayout builtIn(BuiltInConfig config) {
        int d = config.dim();
        int f = config.feedForward();
        return new FlatLayout(
                config.layers(),
                config.layers(),
                List.of(
                        View.of("embed_tokens", "embed_tokens.weight", config.vocabulary(), d),
                        View.of("critique.embed_tokens", "critique.embed_tokens.weight", config.vocabulary(), d)),
                List.of(
                        View.of("qkv", "layers.%d.attention.qkv.weight", 3L * d, d),
                        View.of("out", "layers.%d.attention.out.weight", d, d),
                        View.of("up", "layers.%d.feed_forward.up.weight", f, d),
                        View.of("down", "layers.%d.feed_forward.down.weight", d, f)),
                List.of(
                        View.of("score", "score.weight", config.rewardHeads(), d),
                        View.of("critique.score", "critique.score.weight", config.rewardHeads(), d),
                        View.of("embed_positions", "embed_positions.weight", config.maxTokens(), d),
                        View.of("final_norm.weight", "final_norm.weight", d),
                        View.of("final_norm.bias", "final_norm.bias", d),
                        View.of("critique.embed_positions", "critique.embed_positions.weight", config.maxTokens(), d),
                        View.of("critique.final_norm.weight", "critique.final_norm.weight", d),
                        View.of("critique.final_norm.bias", "critique.final_norm.bias", d),
                        View.of(FlatLayout.TRUST, FlatLayout.TRUST, config.rewardHeads())),
                List.of(
                        View.of("attention_norm.weight", "layers.%d.attention_norm.weight", d),
                        View.of("attention_norm.bias", "layers.%d.attention_norm.bias", d),
                        View.of("feed_forward_norm.weight", "layers.%d.feed_forward_norm.weight", d),
                        View.of("feed_forward_norm.bias", "layers.%d.feed_forward_norm.bias", d)));
    }
}
