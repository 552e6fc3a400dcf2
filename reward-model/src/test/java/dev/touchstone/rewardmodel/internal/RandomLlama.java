package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.LlamaConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Random weights for a {@link LlamaConfig}, large enough that every term of the decoder shows in the logits. */
public final class RandomLlama {

    private RandomLlama() {}

    /** Norms around 1, biases around 0, matrices of deviation 0.2, under their Hugging Face names. */
    public static Map<String, float[]> weights(LlamaConfig config, long seed) {
        Random random = new Random(seed);
        Map<String, float[]> weights = new LinkedHashMap<>();
        shapes(config).forEach((name, shape) -> {
            double centre = name.endsWith("norm.weight") ? 1 : 0;
            double deviation = shape.length == 1 ? 0.1 : 0.2;
            weights.put(name, normal(shape, centre, deviation, random));
        });
        return weights;
    }

    /** The shape of every weight: {rows, columns} of matrices, {length} of norms and biases. */
    public static Map<String, int[]> shapes(LlamaConfig config) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        int dim = config.dim();
        int query = config.heads() * config.headDim();
        int keyValue = config.keyValueHeads() * config.headDim();
        shapes.put("model.embed_tokens.weight", new int[] {config.vocabulary(), dim});
        for (int layer = 0; layer < config.layers(); layer++) {
            String block = "model.layers." + layer + ".";
            String attention = block + "self_attn.";
            shapes.put(block + "input_layernorm.weight", new int[] {dim});
            linear(shapes, attention + "q_proj", query, dim, config.queryKeyValueBias());
            linear(shapes, attention + "k_proj", keyValue, dim, config.queryKeyValueBias());
            linear(shapes, attention + "v_proj", keyValue, dim, config.queryKeyValueBias());
            if (config.queryKeyNorm()) {
                shapes.put(attention + "q_norm.weight", new int[] {config.headDim()});
                shapes.put(attention + "k_norm.weight", new int[] {config.headDim()});
            }
            linear(shapes, attention + "o_proj", dim, query, config.outputBias());
            shapes.put(block + "post_attention_layernorm.weight", new int[] {dim});
            linear(shapes, block + "mlp.gate_proj", config.feedForward(), dim, config.feedForwardBias());
            linear(shapes, block + "mlp.up_proj", config.feedForward(), dim, config.feedForwardBias());
            linear(shapes, block + "mlp.down_proj", dim, config.feedForward(), config.feedForwardBias());
        }
        shapes.put("model.norm.weight", new int[] {dim});
        shapes.put("score.weight", new int[] {config.rewardHeads(), dim});
        return shapes;
    }

    /** Low-rank matrices for all modules of the config whose last name is a target. */
    static ReferenceLlama.Lora lora(LlamaConfig config, int rank, double scaling, Iterable<String> targets, long seed) {
        Random random = new Random(seed);
        Map<String, double[]> a = new LinkedHashMap<>();
        Map<String, double[]> b = new LinkedHashMap<>();
        shapes(config).forEach((name, shape) -> {
            for (String target : targets) {
                if (name.endsWith("." + target + ".weight")) {
                    String module = name.substring(0, name.length() - ".weight".length());
                    a.put(module, doubles(normal(new int[] {rank, shape[1]}, 0, 0.2, random)));
                    b.put(module, doubles(normal(new int[] {shape[0], rank}, 0, 0.2, random)));
                }
            }
        });
        return new ReferenceLlama.Lora(rank, scaling, a, b);
    }

    static Map<String, double[]> doubles(Map<String, float[]> weights) {
        Map<String, double[]> wide = new LinkedHashMap<>();
        weights.forEach((name, w) -> wide.put(name, doubles(w)));
        return wide;
    }

    static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static void linear(Map<String, int[]> shapes, String module, int rows, int columns, boolean bias) {
        shapes.put(module + ".weight", new int[] {rows, columns});
        if (bias) {
            shapes.put(module + ".bias", new int[] {rows});
        }
    }

    private static float[] normal(int[] shape, double centre, double deviation, Random random) {
        float[] values = new float[shape.length == 1 ? shape[0] : shape[0] * shape[1]];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (centre + deviation * random.nextGaussian());
        }
        return values;
    }
}
