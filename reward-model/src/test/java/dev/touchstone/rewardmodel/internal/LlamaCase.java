package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A random tiny model of Llama's kind, as a network and as the reference in doubles. */
record LlamaCase(String name, LlamaConfig config, @Nullable LoraConfig adapters, long seed) {

    private static final String ADAPTED = "base_model.model.";
    private static final Rotary PLAIN = new Rotary.Default(1e4);

    /** Three pairs of different lengths, margins, smoothing and centring; one weight for all heads. */
    static final ReferenceLlama.Batch BATCH = new ReferenceLlama.Batch(
            new int[][] {{3, 17, 5, 20, 11}, {9, 8, 7}, {25, 4, 4, 4, 19, 29, 2}},
            new int[][] {{3, 18, 9}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}, {25, 1, 2}},
            new double[] {0, 0.5, 1.25},
            null,
            0.1,
            0.05);

    /** Every variant of a decoder. */
    static Stream<LlamaCase> all() {
        return Stream.of(
                of("Llama", Family.LLAMA, 2, PLAIN, 0, 1),
                of("Mistral, window 3", Family.MISTRAL, 2, PLAIN, 3, 1),
                of("Qwen2, biases", Family.QWEN2, 2, PLAIN, 0, 1),
                of("Qwen2, window in the second block", Family.QWEN2, 2, PLAIN, 4, 1),
                of("Qwen3, norms of queries and keys", Family.QWEN3, 2, PLAIN, 0, 1),
                of("four queries a key", Family.LLAMA, 1, PLAIN, 0, 1),
                of("as many keys as queries", Family.LLAMA, 4, PLAIN, 0, 1),
                of("linear", Family.LLAMA, 2, new Rotary.Linear(1e4, 4), 0, 1),
                of("llama3", Family.LLAMA, 2, new Rotary.Llama3(5e5, 8, 1, 4, 64), 0, 1),
                of("yarn", Family.LLAMA, 2, new Rotary.Yarn(1e4, 4, 64, 32, 1, 1.14, true), 0, 1),
                of("three heads, Qwen3", Family.QWEN3, 2, PLAIN, 0, 3),
                of("adapters, Llama", Family.LLAMA, 2, PLAIN, 0, 1).withAdapters(LoraConfig.ofRank(3)),
                of("adapters, Qwen2, three heads", Family.QWEN2, 2, PLAIN, 0, 3).withAdapters(LoraConfig.ofRank(2)),
                of("adapters, Qwen3", Family.QWEN3, 2, PLAIN, 0, 1).withAdapters(LoraConfig.ofRank(2)));
    }

    static LlamaCase of(String name, Family family, int keyValueHeads, Rotary rotary, int window, int rewardHeads) {
        return of(name, family, keyValueHeads, rotary, window, rewardHeads, 32);
    }

    static LlamaCase of(
            String name, Family family, int keyValueHeads, Rotary rotary, int window, int rewardHeads, int maxTokens) {
        List<Boolean> sliding = new ArrayList<>(Collections.nCopies(2, window > 0));
        sliding.set(0, window > 0 && family == Family.MISTRAL);
        LlamaConfig config = new LlamaConfig(
                family,
                12,
                2,
                4,
                keyValueHeads,
                6,
                14,
                maxTokens,
                30,
                1e-5,
                family == Family.QWEN2,
                false,
                false,
                family == Family.QWEN3,
                rotary,
                window,
                sliding,
                rewardHeads);
        return new LlamaCase(name, config, null, 5);
    }

    LlamaCase withAdapters(LoraConfig lora) {
        return new LlamaCase(name, config, lora, seed);
    }

    Map<String, float[]> weights() {
        return RandomLlama.weights(config, seed);
    }

    ReferenceLlama reference() {
        return new ReferenceLlama(config, RandomLlama.doubles(weights()), lora());
    }

    private ReferenceLlama.Lora lora() {
        LoraConfig lora = adapters;
        return lora == null
                ? ReferenceLlama.Lora.NONE
                : RandomLlama.lora(config, lora.rank(), lora.scaling(), lora.targets(), seed + 1);
    }

    /** A network with the same weights. */
    Network network(Compute compute, Network.Purpose purpose) {
        Network network = new Network(config, adapters, compute, purpose);
        Map<String, float[]> weights = weights();
        ReferenceLlama.Lora lora = lora();
        for (boolean frozen : new boolean[] {false, true}) {
            FlatLayout layout =
                    frozen ? network.layout().frozen() : network.layout().trained();
            for (Parameter p : layout.parameters()) {
                network.put(p, frozen, 0, FloatBuffer.wrap(values(plain(p.name()), weights, lora)));
            }
        }
        return network;
    }

    private static float[] values(String name, Map<String, float[]> weights, ReferenceLlama.Lora lora) {
        if (name.contains(".lora_")) {
            String module = name.substring(0, name.indexOf(".lora_"));
            return floats((name.contains(".lora_A") ? lora.a() : lora.b()).get(module));
        }
        return weights.get(name);
    }

    static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    /** A name without PEFT's prefix. */
    static String plain(String name) {
        return name.startsWith(ADAPTED) ? name.substring(ADAPTED.length()) : name;
    }

    /** A vector of what learns, by the reference's names. */
    static Map<String, double[]> named(Network network, FlatVector vector) {
        float[] all = vector.toArray();
        Map<String, double[]> named = new TreeMap<>();
        for (Parameter p : network.layout().trained().parameters()) {
            int from = (int) p.offset();
            named.put(plain(p.name()), RandomLlama.doubles(Arrays.copyOfRange(all, from, from + (int) p.size())));
        }
        return named;
    }

    /** The pairs as the optimiser takes them. */
    static Optimiser.MicroBatch microBatch(ReferenceLlama.Batch batch, int heads) {
        float[][] weights = new float[batch.pairs()][heads];
        for (int p = 0; p < weights.length; p++) {
            for (int k = 0; k < heads; k++) {
                weights[p][k] = (float) batch.weight(p, k);
            }
        }
        return new Optimiser.MicroBatch(
                Stream.concat(Arrays.stream(batch.chosen()), Arrays.stream(batch.rejected()))
                        .map(ids -> new EncodedInput(ids, false))
                        .toList(),
                floats(batch.margins()),
                weights);
    }

    static Optimiser.Loss loss(ReferenceLlama.Batch batch, int heads) {
        return new Optimiser.Loss(batch.smoothing(), batch.centring(), 1.0 / (batch.pairs() * heads));
    }

    /** The greatest difference of a tensor, relative to its norm; every tensor must be there and none may be all zero. */
    static double worst(Map<String, double[]> actual, Map<String, double[]> expected) {
        double worst = 0;
        for (Map.Entry<String, double[]> tensor : actual.entrySet()) {
            double[] wanted = expected.get(tensor.getKey());
            assertThat(wanted).as(tensor.getKey()).hasSameSizeAs(tensor.getValue());
            double difference = 0;
            double norm = 0;
            for (int i = 0; i < wanted.length; i++) {
                difference += Math.pow(wanted[i] - tensor.getValue()[i], 2);
                norm += wanted[i] * wanted[i];
            }
            assertThat(norm).as("%s has a gradient", tensor.getKey()).isPositive();
            worst = Math.max(worst, Math.sqrt(difference / norm));
        }
        return worst;
    }

    @Override
    public String toString() {
        return name;
    }
}
