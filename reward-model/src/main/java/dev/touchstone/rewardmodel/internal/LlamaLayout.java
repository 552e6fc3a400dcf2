package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LoraConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parameters of the Llama kind under the names of Hugging Face, those of adapters under PEFT's. */
final class LlamaLayout {

    private static final String BLOCK = "model.layers.%d.";
    private static final Set<String> MLP = Set.of("gate_proj", "up_proj", "down_proj");

    private LlamaLayout() {}

    static ParameterLayout of(LlamaConfig config, @Nullable LoraConfig adapters) {
        List<View> embedding =
                List.of(View.of("embed_tokens", "model.embed_tokens.weight", config.vocabulary(), config.dim()));
        View norm = View.of("norm", "model.norm.weight", config.dim());
        if (adapters == null) {
            List<View> rest = List.of(score(config, ""), norm);
            return new ParameterLayout(
                    new FlatLayout(config.layers(), embedding, matrices(config), rest, vectors(config)),
                    FlatLayout.empty(config.layers()));
        }
        return new ParameterLayout(
                new FlatLayout(
                        config.layers(),
                        List.of(),
                        adapters(config, adapters),
                        List.of(score(config, ParameterLayout.ADAPTED)),
                        List.of()),
                new FlatLayout(config.layers(), embedding, matrices(config), List.of(norm), vectors(config)));
    }

    private static View score(LlamaConfig config, String prefix) {
        return View.of("score", prefix + "score.weight", config.rewardHeads(), config.dim());
    }

    private static List<View> matrices(LlamaConfig c) {
        return List.of(
                new View("qkv_proj", List.of(matrix(c, "q_proj"), matrix(c, "k_proj"), matrix(c, "v_proj"))),
                new View("o_proj", List.of(matrix(c, "o_proj"))),
                new View("gate_proj", List.of(matrix(c, "gate_proj"))),
                new View("up_proj", List.of(matrix(c, "up_proj"))),
                new View("down_proj", List.of(matrix(c, "down_proj"))));
    }

    private static View.Piece matrix(LlamaConfig c, String name) {
        return View.piece(BLOCK + room(name) + name + ".weight", outputs(c, name), inputs(c, name));
    }

    private static View.Piece bias(LlamaConfig c, String name) {
        return View.piece(BLOCK + room(name) + name + ".bias", outputs(c, name));
    }

    private static List<View> vectors(LlamaConfig c) {
        List<View> views = new ArrayList<>();
        views.add(View.of("input_layernorm", BLOCK + "input_layernorm.weight", c.dim()));
        views.add(View.of("post_attention_layernorm", BLOCK + "post_attention_layernorm.weight", c.dim()));
        if (c.queryKeyNorm()) {
            views.add(View.of("q_norm", BLOCK + "self_attn.q_norm.weight", c.headDim()));
            views.add(View.of("k_norm", BLOCK + "self_attn.k_norm.weight", c.headDim()));
        }
        if (c.queryKeyValueBias()) {
            views.add(new View("qkv_proj.bias", List.of(bias(c, "q_proj"), bias(c, "k_proj"), bias(c, "v_proj"))));
        }
        if (c.outputBias()) {
            views.add(new View("o_proj.bias", List.of(bias(c, "o_proj"))));
        }
        if (c.feedForwardBias()) {
            for (String name : List.of("gate_proj", "up_proj", "down_proj")) {
                views.add(new View(name + ".bias", List.of(bias(c, name))));
            }
        }
        return views;
    }

    private static List<View> adapters(LlamaConfig c, LoraConfig adapters) {
        List<View> views = new ArrayList<>();
        for (String name : adapters.targets()) {
            String stem = ParameterLayout.ADAPTED + BLOCK + room(name) + name;
            views.add(View.of(name + ".lora_A", stem + ".lora_A.weight", adapters.rank(), inputs(c, name)));
            views.add(View.of(name + ".lora_B", stem + ".lora_B.weight", outputs(c, name), adapters.rank()));
        }
        return views;
    }

    private static String room(String name) {
        return MLP.contains(name) ? "mlp." : "self_attn.";
    }

    private static long outputs(LlamaConfig c, String name) {
        return switch (name) {
            case "q_proj" -> (long) c.heads() * c.headDim();
            case "k_proj", "v_proj" -> (long) c.keyValueHeads() * c.headDim();
            case "gate_proj", "up_proj" -> c.feedForward();
            default -> c.dim();
        };
    }

    private static long inputs(LlamaConfig c, String name) {
        return switch (name) {
            case "o_proj" -> (long) c.heads() * c.headDim();
            case "down_proj" -> c.feedForward();
            default -> c.dim();
        };
    }
}
