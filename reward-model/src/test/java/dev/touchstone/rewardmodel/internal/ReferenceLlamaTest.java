package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.LlamaConfig;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference against central differences and against what can be worked out by hand. */
class ReferenceLlamaTest {

    private static final Rotary PLAIN = new Rotary.Default(1e4);
    private static final List<Rotary> ROTARIES = List.of(
            PLAIN,
            new Rotary.Linear(1e4, 4),
            new Rotary.Llama3(5e5, 8, 1, 4, 64),
            new Rotary.Yarn(1e4, 4, 64, 32, 1, 1.14, true),
            new Rotary.Yarn(1e4, 4, 64, 16, 2, 1.3, false),
            new Rotary.Yarn(1e6, 2, 4096, 32, 1, 1, true));
    private static final ReferenceLlama.Batch BATCH = new ReferenceLlama.Batch(
            new int[][] {{3, 17, 5, 20, 11}, {9, 8, 7}, {25, 4, 4, 4, 19, 29, 2}},
            new int[][] {{3, 18, 9}, {9, 8, 7, 6, 5, 4, 3, 2, 1}, {25, 1, 2}},
            new double[] {0, 0.5, 1.25},
            null,
            0.1,
            0.05);

    /** A model with some of the optional parts. */
    record Shape(String name, Rotary rotary, boolean biased, boolean normed, int window, int rewardHeads) {
        LlamaConfig config() {
            return new LlamaConfig(
                    Family.LLAMA,
                    12,
                    2,
                    4,
                    2,
                    6,
                    14,
                    16,
                    30,
                    1e-5,
                    biased,
                    biased,
                    biased,
                    normed,
                    rotary,
                    window,
                    List.of(false, window > 0),
                    rewardHeads);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Shape> shapes() {
        return Stream.of(
                new Shape("plain", PLAIN, false, false, 0, 1),
                new Shape("biases", ROTARIES.get(1), true, false, 0, 1),
                new Shape("query and key norms", ROTARIES.get(2), false, true, 0, 1),
                new Shape("window", ROTARIES.get(3), false, false, 3, 1),
                new Shape("all, with three heads", ROTARIES.get(4), true, true, 2, 3));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldHaveTheSlopesOfItsLossWhenDifferentiating(Shape shape) {
        LlamaConfig config = shape.config();
        Map<String, double[]> weights = RandomLlama.doubles(RandomLlama.weights(config, 5));
        ReferenceLlama.Batch batch = weighed(shape.rewardHeads());
        ReferenceLlama model = new ReferenceLlama(config, weights);
        assertThat(weights.keySet()).isEqualTo(model.gradient(batch).keySet());
        checkSlopes(model, weights, batch);
    }

    @Test
    void shouldHaveTheSlopesOfItsLossWhenLowRankMatricesAreAdded() {
        LlamaConfig config = new Shape("", PLAIN, true, false, 0, 1).config();
        Map<String, double[]> weights = RandomLlama.doubles(RandomLlama.weights(config, 5));
        List<String> targets = List.of("q_proj", "v_proj", "o_proj", "down_proj");
        ReferenceLlama.Lora lora = RandomLlama.lora(config, 2, 1.5, targets, 6);
        ReferenceLlama model = new ReferenceLlama(config, weights, lora);
        Map<String, double[]> all = new HashMap<>(weights);
        lora.a().forEach((module, a) -> all.put(module + ".lora_A.weight", a));
        lora.b().forEach((module, b) -> all.put(module + ".lora_B.weight", b));
        assertThat(lora.a()).hasSize(2 * targets.size());
        assertThat(all.keySet()).isEqualTo(model.gradient(BATCH).keySet());
        checkSlopes(model, all, BATCH);
    }

    /** Compares random entries of every tensor, of the embeddings' used rows among them, with central differences. */
    private static void checkSlopes(ReferenceLlama model, Map<String, double[]> weights, ReferenceLlama.Batch batch) {
        Map<String, double[]> gradient = model.gradient(batch);
        Random random = new Random(7);
        weights.forEach((name, w) -> {
            double greatest = 0;
            for (int n = 0; n < 8; n++) {
                int i = name.contains("embed") ? 4 * 12 + n : random.nextInt(w.length);
                double central = slope(model, batch, w, i);
                assertThat(gradient.get(name)[i]).as(name + "[" + i + "]").isCloseTo(central, within(1e-8));
                greatest = Math.max(greatest, Math.abs(central));
            }
            // A bias of all keys shifts every score of a query alike unless positions turn it; it may be small.
            assertThat(greatest).as(name).isGreaterThan(1e-6);
        });
    }

    private static double slope(ReferenceLlama model, ReferenceLlama.Batch batch, double[] w, int i) {
        double h = 1e-5;
        double kept = w[i];
        w[i] = kept + h;
        double above = model.loss(batch);
        w[i] = kept - h;
        double below = model.loss(batch);
        w[i] = kept;
        return (above - below) / (2 * h);
    }

    @Test
    void shouldBeLinearInThePairWeightsWhenHeadsDiffer() {
        LlamaConfig config = new Shape("", PLAIN, false, false, 0, 3).config();
        ReferenceLlama model = new ReferenceLlama(config, RandomLlama.doubles(RandomLlama.weights(config, 5)));
        double[] margins = BATCH.margins();
        double expected = 0;
        double[][] weights = weighed(3).pairWeights();
        for (int p = 0; p < margins.length; p++) {
            double[] high = model.logits(BATCH.chosen()[p]);
            double[] low = model.logits(BATCH.rejected()[p]);
            for (int k = 0; k < 3; k++) {
                double z = high[k] - low[k] - margins[p];
                double bradleyTerry = 0.9 * Math.log(1 + Math.exp(-z)) + 0.1 * Math.log(1 + Math.exp(z));
                expected += weights[p][k] * (bradleyTerry + 0.05 * Math.pow(high[k] + low[k], 2)) / 9;
            }
        }
        assertThat(model.loss(weighed(3))).isCloseTo(expected, within(1e-12));
    }

    @Test
    void shouldForgetWhatLiesBeforeTheWindowWhenLayersSlide() {
        LlamaConfig full = new Shape("", PLAIN, false, false, 0, 1).config();
        LlamaConfig windowed = new Shape("", PLAIN, false, false, 3, 1).config();
        Map<String, double[]> weights = RandomLlama.doubles(RandomLlama.weights(full, 5));
        // Without the first block's attention, token t depends on the tokens t - 2 to t alone.
        weights.put("model.layers.0.self_attn.o_proj.weight", new double[12 * 24]);
        ReferenceLlama sliding = new ReferenceLlama(windowed, weights);
        double[] logits = sliding.logits(new int[] {1, 2, 3, 4, 5});
        assertThat(sliding.logits(new int[] {1, 9, 3, 4, 5})).isEqualTo(logits);
        assertThat(sliding.logits(new int[] {1, 2, 9, 4, 5})).isNotEqualTo(logits);
        assertThat(new ReferenceLlama(full, weights).logits(new int[] {1, 2, 3, 4, 5}))
                .isNotEqualTo(logits);
    }

    @Test
    void shouldSeeDistancesAloneWhenPositionsRotate() {
        for (Rotary rotary : ROTARIES) {
            LlamaConfig config = new Shape("", rotary, false, false, 2, 1).config();
            Map<String, double[]> weights = RandomLlama.doubles(RandomLlama.weights(config, 5));
            weights.put("model.layers.0.self_attn.o_proj.weight", new double[12 * 24]);
            ReferenceLlama model = new ReferenceLlama(config, weights);
            // The window hides all but 7, 8, which stand one further on the right.
            assertThat(model.logits(new int[] {1, 1, 1, 7, 8})[0])
                    .isCloseTo(model.logits(new int[] {1, 1, 1, 1, 7, 8})[0], within(1e-12));
        }
    }

    @Test
    void shouldScoreTheNormedEmbeddingWhenNoBlockAddsAnything() {
        LlamaConfig config = new Shape("", PLAIN, false, false, 0, 1).config();
        Map<String, double[]> weights = RandomLlama.doubles(RandomLlama.weights(config, 5));
        for (int layer = 0; layer < 2; layer++) {
            weights.put("model.layers." + layer + ".self_attn.o_proj.weight", new double[12 * 24]);
            weights.put("model.layers." + layer + ".mlp.down_proj.weight", new double[12 * 14]);
        }
        double squares = 0;
        double dot = 0;
        for (int i = 0; i < 12; i++) {
            double x = weights.get("model.embed_tokens.weight")[6 * 12 + i];
            squares += x * x;
            dot += x * weights.get("model.norm.weight")[i] * weights.get("score.weight")[i];
        }
        assertThat(new ReferenceLlama(config, weights).logits(new int[] {3, 6})[0])
                .isCloseTo(dot / Math.sqrt(squares / 12 + 1e-5), within(1e-12));
    }

    @Test
    void shouldAgreeWithTheProgramsFrequenciesWhenComputedAnew() {
        for (Rotary rotary : ROTARIES) {
            for (int headDim : new int[] {2, 6, 32, 128}) {
                double[] expected = ReferenceRotary.frequencies(rotary, headDim);
                double[] actual = rotary.frequencies(headDim);
                assertThat(actual).hasSize(headDim / 2);
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i] / expected[i])
                            .as("%s, pair %d of %d", rotary, i, headDim)
                            .isCloseTo(1, within(1e-12));
                }
            }
        }
    }

    @Test
    void shouldMoveByTheRateAgainstTheSlopeWhenTheFirstStepIsTaken() {
        Map<String, double[]> weights = Map.of("a.weight", new double[] {2, -1}, "norm.weight", new double[] {2});
        Map<String, double[]> gradient = Map.of("a.weight", new double[] {3, -4}, "norm.weight", new double[] {12});
        double norm = new ReferenceAdamW()
                .step(weights, gradient, new ReferenceAdamW.Settings(0.01, 0.9, 0.999, 1e-12, 0.1, 1));
        assertThat(norm).isEqualTo(13);
        assertThat(weights.get("a.weight")[0]).isCloseTo(2 * 0.999 - 0.01, within(1e-9));
        assertThat(weights.get("a.weight")[1]).isCloseTo(-1 * 0.999 + 0.01, within(1e-9));
        assertThat(weights.get("norm.weight")[0]).isCloseTo(2 - 0.01, within(1e-9));
    }

    @Test
    void shouldScaleTheSlopesToTheClipWhenTheNormIsGreater() {
        // With so great an epsilon a step is the mean slope over epsilon, so that the clip shows.
        double epsilon = 1e6;
        List<Double> moves = new ArrayList<>();
        for (double clip : new double[] {1, 2, 5, 50}) {
            Map<String, double[]> weights = Map.of("a.weight", new double[1]);
            new ReferenceAdamW()
                    .step(
                            weights,
                            Map.of("a.weight", new double[] {5}),
                            new ReferenceAdamW.Settings(1, 0.9, 0.999, epsilon, 0, clip));
            moves.add(-weights.get("a.weight")[0] * epsilon);
        }
        double[] expected = {1, 2, 5, 5};
        for (int i = 0; i < expected.length; i++) {
            assertThat(moves.get(i)).isCloseTo(expected[i], within(1e-4));
        }
    }

    /** The batch with a weight of its own for every pair and head. */
    private static ReferenceLlama.Batch weighed(int heads) {
        if (heads == 1) {
            return BATCH;
        }
        double[][] weights = new double[BATCH.pairs()][heads];
        for (int p = 0; p < weights.length; p++) {
            for (int k = 0; k < heads; k++) {
                weights[p][k] = (p + 2 * k) % 4 * 0.7;
            }
        }
        return new ReferenceLlama.Batch(
                BATCH.chosen(), BATCH.rejected(), BATCH.margins(), weights, BATCH.smoothing(), BATCH.centring());
    }
}
