package dev.touchstone.rewardmodel.internal;

import dev.touchstone.rewardmodel.LlamaConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The decoder of a {@link LlamaConfig}, its loss and the loss's gradient in plain loops over doubles, to hold the
 * program against. Weights go by their Hugging Face names, matrices row by row; the maps are read anew in every call.
 */
final class ReferenceLlama {

    /**
     * Low-rank additions by module, such as {@code model.layers.0.self_attn.q_proj}: its matrix becomes W + scaling B A
     * (Hu et al., arXiv 2106.09685).
     */
    record Lora(int rank, double scaling, Map<String, double[]> a, Map<String, double[]> b) {
        static final Lora NONE = new Lora(1, 0, Map.of(), Map.of());
    }

    /**
     * What a step learns from.
     *
     * @param pairWeights by pair and reward head; null weighs all by 1
     */
    record Batch(
            int[][] chosen,
            int[][] rejected,
            double[] margins,
            double[][] pairWeights,
            double smoothing,
            double centring) {

        int pairs() {
            return margins.length;
        }

        double weight(int pair, int head) {
            return pairWeights == null ? 1 : pairWeights[pair][head];
        }
    }

    private final LlamaConfig config;
    private final Map<String, double[]> weights;
    private final Lora lora;
    private final ReferenceRotary rotary;

    ReferenceLlama(LlamaConfig config, Map<String, double[]> weights) {
        this(config, weights, Lora.NONE);
    }

    ReferenceLlama(LlamaConfig config, Map<String, double[]> weights, Lora lora) {
        this(config, weights, lora, ReferenceRotary.of(config));
    }

    ReferenceLlama(LlamaConfig config, Map<String, double[]> weights, Lora lora, ReferenceRotary rotary) {
        this.config = config;
        this.weights = weights;
        this.lora = lora;
        this.rotary = rotary;
    }

    /** One logit per reward head, at the last token. */
    double[] logits(int[] ids) {
        return run(new ReferenceTape(merged()), ids).value()[0];
    }

    /**
     * sum_k sum_i w_ik l_ik / (K P) over K heads and P pairs, where l = (1 - s) softplus(-z) + s softplus(z) + c (r+ +
     * r-)^2 and z = r+ - r- - margin.
     */
    double loss(Batch batch) {
        Map<String, double[]> merged = merged();
        double sum = 0;
        for (int p = 0; p < batch.pairs(); p++) {
            double[] high = run(new ReferenceTape(merged), batch.chosen[p]).value()[0];
            double[] low = run(new ReferenceTape(merged), batch.rejected[p]).value()[0];
            for (int k = 0; k < high.length; k++) {
                double z = high[k] - low[k] - batch.margins[p];
                double loss = (1 - batch.smoothing) * softplus(-z)
                        + batch.smoothing * softplus(z)
                        + batch.centring * (high[k] + low[k]) * (high[k] + low[k]);
                sum += batch.weight(p, k) * loss / (high.length * batch.pairs());
            }
        }
        return sum;
    }

    /** Gradient of {@link #loss} for every weight, and under PEFT's names for every low-rank matrix. */
    Map<String, double[]> gradient(Batch batch) {
        Map<String, double[]> merged = merged();
        Map<String, double[]> gradient = new TreeMap<>();
        weights.forEach((name, w) -> gradient.put(name, new double[w.length]));
        for (int p = 0; p < batch.pairs(); p++) {
            ReferenceTape highTape = new ReferenceTape(merged);
            ReferenceTape lowTape = new ReferenceTape(merged);
            ReferenceTape.Rows high = run(highTape, batch.chosen[p]);
            ReferenceTape.Rows low = run(lowTape, batch.rejected[p]);
            for (int k = 0; k < config.rewardHeads(); k++) {
                double z = high.value()[0][k] - low.value()[0][k] - batch.margins[p];
                double share = batch.weight(p, k) / (config.rewardHeads() * batch.pairs());
                double pull = ReferenceTape.sigmoid(z) - (1 - batch.smoothing);
                double centre = 2 * batch.centring * (high.value()[0][k] + low.value()[0][k]);
                high.slope()[0][k] = share * (centre + pull);
                low.slope()[0][k] = share * (centre - pull);
            }
            highTape.reverse().forEach((name, slope) -> add(gradient.get(name), slope));
            lowTape.reverse().forEach((name, slope) -> add(gradient.get(name), slope));
        }
        lora.a.keySet().forEach(module -> addLoraGradient(module, gradient));
        return gradient;
    }

    private ReferenceTape.Rows run(ReferenceTape tape, int[] ids) {
        int d = config.headDim();
        double epsilon = config.normEpsilon();
        ReferenceTape.Rows x = tape.embed("model.embed_tokens.weight", ids, config.dim());
        for (int layer = 0; layer < config.layers(); layer++) {
            String block = "model.layers." + layer + ".";
            String attention = block + "self_attn.";
            ReferenceTape.Rows in = tape.norm(block + "input_layernorm.weight", x, epsilon);
            ReferenceTape.Rows q = tape.linear(attention + "q_proj", in);
            ReferenceTape.Rows k = tape.linear(attention + "k_proj", in);
            if (config.queryKeyNorm()) {
                q = tape.norm(attention + "q_norm.weight", q, epsilon);
                k = tape.norm(attention + "k_norm.weight", k, epsilon);
            }
            int window = config.slidingLayers().get(layer) ? config.slidingWindow() : 0;
            ReferenceTape.Rows mixed = tape.attend(
                    tape.rotate(q, d, rotary),
                    tape.rotate(k, d, rotary),
                    tape.linear(attention + "v_proj", in),
                    d,
                    window);
            x = tape.add(x, tape.linear(attention + "o_proj", mixed));
            in = tape.norm(block + "post_attention_layernorm.weight", x, epsilon);
            ReferenceTape.Rows gated =
                    tape.gate(tape.linear(block + "mlp.gate_proj", in), tape.linear(block + "mlp.up_proj", in));
            x = tape.add(x, tape.linear(block + "mlp.down_proj", gated));
        }
        // The head sees the last token alone; its row shares the arrays, so slopes flow back.
        int last = ids.length - 1;
        ReferenceTape.Rows end =
                new ReferenceTape.Rows(new double[][] {x.value()[last]}, new double[][] {x.slope()[last]});
        return tape.linear("score", tape.norm("model.norm.weight", end, epsilon));
    }

    /** The weights with the low-rank additions in them. */
    private Map<String, double[]> merged() {
        Map<String, double[]> merged = new HashMap<>(weights);
        lora.a.forEach((module, a) -> {
            double[] b = lora.b.get(module);
            double[] w = weights.get(module + ".weight").clone();
            int inputs = a.length / lora.rank;
            for (int o = 0; o < b.length / lora.rank; o++) {
                for (int r = 0; r < lora.rank; r++) {
                    for (int i = 0; i < inputs; i++) {
                        w[o * inputs + i] += lora.scaling * b[o * lora.rank + r] * a[r * inputs + i];
                    }
                }
            }
            merged.put(module + ".weight", w);
        });
        return merged;
    }

    /** dA = scaling B' dW and dB = scaling dW A'. */
    private void addLoraGradient(String module, Map<String, double[]> gradient) {
        double[] a = lora.a.get(module);
        double[] b = lora.b.get(module);
        double[] dw = gradient.get(module + ".weight");
        double[] da = new double[a.length];
        double[] db = new double[b.length];
        int inputs = a.length / lora.rank;
        for (int o = 0; o < b.length / lora.rank; o++) {
            for (int r = 0; r < lora.rank; r++) {
                for (int i = 0; i < inputs; i++) {
                    da[r * inputs + i] += lora.scaling * b[o * lora.rank + r] * dw[o * inputs + i];
                    db[o * lora.rank + r] += lora.scaling * dw[o * inputs + i] * a[r * inputs + i];
                }
            }
        }
        gradient.put(module + ".lora_A.weight", da);
        gradient.put(module + ".lora_B.weight", db);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static void add(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }
}
