package dev.touchstone.rewardmodel.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.touchstone.rewardmodel.Rotary;
import java.util.List;

/**
 * How {@code config.json} describes rotary positions: {@code rope_parameters} of transformers 5, or {@code rope_scaling}
 * and {@code rope_theta} of the versions before. Precedence and defaults are those of modeling_rope_utils.py.
 */
final class RopeReader {

    private static final double DEFAULT_THETA = 10_000;

    private final JsonFile config;
    private final JsonFile rope;
    private final int maxTokens;

    private RopeReader(JsonFile config, JsonFile rope, int maxTokens) {
        this.config = config;
        this.rope = rope;
        this.maxTokens = maxTokens;
    }

    /** Reads what a config says; (mismatch) names what is not supported or wrong. */
    static Rotary read(JsonFile config, int maxTokens) throws CheckpointException {
        boolean old = config.isSet("rope_scaling");
        JsonFile rope = config.object(old ? "rope_scaling" : "rope_parameters");
        return new RopeReader(config, rope, maxTokens).rotary();
    }

    private Rotary rotary() throws CheckpointException {
        for (JsonNode value : rope.node()) {
            if (value.isObject()) {
                throw config.refuse("rope_parameters that differ between layers are not supported");
            }
        }
        for (JsonFile place : List.of(config, rope)) {
            if (!place.isAbsent("partial_rotary_factor") && place.positive("partial_rotary_factor") != 1) {
                throw config.refuse("a partial_rotary_factor other than 1 is not supported");
            }
        }
        double theta =
                has(rope, "rope_theta") ? rope.positive("rope_theta") : config.positive("rope_theta", DEFAULT_THETA);
        if (theta <= 1) {
            throw config.refuse("rope_theta must be above 1, but is " + theta);
        }
        String type = rope.text(has(rope, "rope_type") ? "rope_type" : "type", "default");
        return switch (type) {
            case "default" -> new Rotary.Default(theta);
            case "linear" -> new Rotary.Linear(theta, rope.positive("factor"));
            case "llama3" -> llama3(theta);
            case "yarn" -> yarn(theta);
            default ->
                throw config.refuse("rope_type \"" + type
                        + "\" is not supported: take a model whose positions are default, linear, llama3 or yarn");
        };
    }

    private Rotary llama3(double theta) throws CheckpointException {
        double low = rope.positive("low_freq_factor");
        double high = rope.positive("high_freq_factor");
        if (high <= low) {
            throw config.refuse("high_freq_factor must be greater than low_freq_factor");
        }
        return new Rotary.Llama3(theta, rope.positive("factor"), low, high, originalMaxTokens());
    }

    private Rotary yarn(double theta) throws CheckpointException {
        double original = originalMaxTokens();
        // transformers refuses a config without the key, but takes the ratio of the lengths when it is null.
        boolean implicit = rope.node().path("factor").isNull();
        double factor = implicit ? maxTokens / original : rope.positive("factor");
        double attentionFactor;
        if (!rope.isAbsent("attention_factor")) {
            attentionFactor = rope.positive("attention_factor");
        } else if (rope.isSet("mscale") && rope.isSet("mscale_all_dim")) {
            attentionFactor = Rotary.Yarn.magnitude(factor, rope.positive("mscale"))
                    / Rotary.Yarn.magnitude(factor, rope.positive("mscale_all_dim"));
        } else {
            attentionFactor = Rotary.Yarn.magnitude(factor, 1);
        }
        double betaFast = rope.isSet("beta_fast") ? rope.positive("beta_fast") : 32;
        double betaSlow = rope.isSet("beta_slow") ? rope.positive("beta_slow") : 1;
        boolean truncate = rope.flag("truncate", true);
        return new Rotary.Yarn(theta, factor, original, betaFast, betaSlow, attentionFactor, truncate);
    }

    /** Beside the rope's parameters it counts more than among them, as Phi-3 has it. */
    private double originalMaxTokens() throws CheckpointException {
        String key = "original_max_position_embeddings";
        return has(config, key) ? config.positive(key) : rope.positive(key, maxTokens);
    }

    private static boolean has(JsonFile json, String key) {
        return json.node().has(key);
    }
}
