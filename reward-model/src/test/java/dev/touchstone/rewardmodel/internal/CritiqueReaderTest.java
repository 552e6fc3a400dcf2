package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reader of critiques against {@link ReferenceDecoder}. */
class CritiqueReaderTest {

    private static final long SEED = 23;

    /** Of different lengths; the second pair's chosen side has none, and the third one's rejected side. */
    private static final int[][] CRITIQUES = {
        {7, 60, 61, 62}, {}, {7, 8, 60, 61, 62, 63, 64, 65, 66, 67, 68}, {7, 99}, {7, 60, 9, 33}, {}
    };

    private static final float[] UNSEEN = {1, 0, 1};

    /** The same batch without the pair that was learnt from before. */
    private static ReferenceLlama.Batch unseen(ReferenceLlama.Batch batch, int heads) {
        double[][] weights = new double[batch.pairs()][heads];
        for (int i = 0; i < weights.length; i++) {
            for (int k = 0; k < heads; k++) {
                weights[i][k] = UNSEEN[i] * batch.weight(i, k);
            }
        }
        return new ReferenceLlama.Batch(
                batch.chosen(), batch.rejected(), batch.margins(), weights, batch.smoothing(), batch.centring());
    }

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    private static List<EncodedInput> rows(ReferenceLlama.Batch batch) {
        return IntStream.range(0, 2 * batch.pairs())
                .mapToObj(i -> new EncodedInput(ids(batch, i), CRITIQUES[i], false))
                .toList();
    }

    private static int[] ids(ReferenceLlama.Batch batch, int row) {
        return row < batch.pairs() ? batch.chosen()[row] : batch.rejected()[row - batch.pairs()];
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 3", "cuda, 3"})
    void shouldAddWhatTheReferenceSaysWhenScoring(String device, int heads) {
        BuiltInConfig config = DecoderCase.config(heads);
        ReferenceDecoder reference = new ReferenceDecoder(config);
        double[] w = RandomLlama.doubles(DecoderCase.weights(config));
        List<EncodedInput> rows = rows(DecoderCase.PAIRS);
        for (Purpose purpose : Purpose.values()) {
            try (Network network = DecoderCase.network(config, Devices.compute(device), purpose)) {
                float[][] scores = network.score(rows);
                for (int i = 0; i < scores.length; i++) {
                    double[] expected = reference.rewards(w, ids(DecoderCase.PAIRS, i), CRITIQUES[i]);
                    double[] own = reference.rewards(w, ids(DecoderCase.PAIRS, i));
                    for (int k = 0; k < heads; k++) {
                        assertThat((double) scores[i][k]).isCloseTo(expected[k], within(1e-5));
                        assertThat(expected[k] == own[k]).isEqualTo(CRITIQUES[i].length == 0);
                    }
                    assertThat(network.score(List.of(rows.get(i)))[0]).containsExactly(scores[i], within(1e-5f));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 3", "cuda, 1"})
    void shouldGiveTheReferencesGradientAndLeaveTheInputsAsItIsWithoutCritiques(String device, int heads) {
        BuiltInConfig config = DecoderCase.config(heads);
        ReferenceLlama.Batch batch = DecoderCase.batch(heads);
        Compute compute = Devices.compute(device);
        float[] gradient = gradient(config, compute, batch, true);
        Devices.assertSame(device, gradient(config, compute.with(4096, true), batch, true), gradient, 1e-5);
        float[] without = gradient(config, compute, batch, false);
        double[] w = RandomLlama.doubles(DecoderCase.weights(config));
        double worst = 0;
        double greatest = 0;
        for (Parameter p : DecoderCase.layout(config).parameters()) {
            int from = (int) p.offset();
            int to = from + (int) p.size();
            if (p.name().equals(FlatLayout.TRUST)) {
                for (int i = from; i < to; i++) {
                    double central = DecoderCase.slope(v -> loss(config, v, unseen(batch, heads)), w, i);
                    assertThat(Math.abs(central)).isGreaterThan(1e-3);
                    assertThat((double) gradient[i]).isCloseTo(central, within(1e-5));
                }
                continue;
            }
            if (!p.name().startsWith(FlatLayout.READER)) {
                assertThat(Arrays.copyOfRange(gradient, from, to))
                        .as(p.name())
                        .containsExactly(
                                Arrays.copyOfRange(without, from, to), within(device.equals("cpu") ? 0f : 1e-6f));
                continue;
            }
            assertThat(Arrays.copyOfRange(without, from, to)).as(p.name()).containsOnly(0f);
            int stride = (int) Math.max(1, p.size() / 40);
            for (int i = from; i < to; i += stride) {
                double central = DecoderCase.slope(v -> loss(config, v, batch), w, i);
                worst = Math.max(worst, Math.abs(central - gradient[i]));
                greatest = Math.max(greatest, Math.abs(central));
            }
            if (p.name().endsWith("embed_tokens.weight")) {
                // Rows that the critiques touch are easily missed by the stride.
                for (int token : new int[] {7, 60, 68, 99, 33}) {
                    worst = Math.max(
                            worst,
                            Math.abs(DecoderCase.slope(v -> loss(config, v, batch), w, from + token * 8 + 1)
                                    - gradient[from + token * 8 + 1]));
                }
            }
        }
        System.out.printf("gradient: greatest %.4f, worst difference %.2e%n", greatest, worst);
        assertThat(greatest).isGreaterThan(0.01);
        assertThat(worst).isLessThan(1e-5);
    }

    private static float[] gradient(
            BuiltInConfig config, Compute compute, ReferenceLlama.Batch batch, boolean critiques) {
        try (Network network = DecoderCase.network(config, compute, Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            int heads = config.rewardHeads();
            Optimiser.MicroBatch bare = LlamaCase.microBatch(batch, heads);
            Optimiser.MicroBatch rows = critiques
                    ? new Optimiser.MicroBatch(rows(batch), bare.margins(), bare.labels(), bare.weights(), UNSEEN)
                    : bare;
            float[] values =
                    optimiser.accumulate(rows, LlamaCase.loss(batch, heads)).read();
            assertThat(values).hasSize(((critiques ? 4 : 2) * batch.pairs() + 1) * heads);
            if (critiques) {
                double loss = 0;
                for (int k = 0; k < heads; k++) {
                    loss += values[4 * batch.pairs() * heads + k];
                }
                double[] w = RandomLlama.doubles(DecoderCase.weights(config));
                double tolerance = compute.precision() == Precision.FP32 ? 1e-5 : 0.1;
                assertThat(loss).isCloseTo(loss(config, w, batch), within(tolerance));
                double[] own = new ReferenceDecoder(config).rewards(w, ids(batch, 4));
                assertThat((double) values[(2 * batch.pairs() + 4) * heads])
                        .as("the fifth row's reward without its critique")
                        .isCloseTo(own[0], within(tolerance));
            }
            return optimiser.gradient().toArray();
        }
    }

    private static double loss(BuiltInConfig config, double[] w, ReferenceLlama.Batch batch) {
        ReferenceDecoder reference = new ReferenceDecoder(config);
        double[][] rewards = new double[2 * batch.pairs()][];
        for (int i = 0; i < rewards.length; i++) {
            rewards[i] = reference.rewards(w, ids(batch, i), CRITIQUES[i]);
        }
        return ReferenceDecoder.loss(
                Arrays.copyOf(rewards, batch.pairs()),
                Arrays.copyOfRange(rewards, batch.pairs(), rewards.length),
                batch);
    }

    @Test
    void shouldScoreAlikeAloneAndInBatchesWhenLengthsDiffer() {
        Random random = new Random(SEED);
        System.out.printf("seed %d%n", SEED);
        List<EncodedInput> inputs = DecoderCase.inputs(300, 32, 260, SEED).stream()
                .map(input -> new EncodedInput(
                        input.ids(), random.ints(random.nextInt(33), 0, 260).toArray(), false))
                .toList();
        try (Network network =
                DecoderCase.network(DecoderCase.config(1), Compute.cpu().with(512, false), Purpose.SCORING)) {
            float[][] together = network.score(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                assertThat(together[i]).containsExactly(network.score(List.of(inputs.get(i)))[0], within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu", "cuda"})
    void shouldStayCloseToFp32WhenComputedInBf16(String device) {
        BuiltInConfig config = DecoderCase.config(1);
        Compute fp32 = Devices.compute(device);
        Compute bf16 = fp32.with(Precision.BF16);
        float[] exact = gradient(config, fp32, DecoderCase.PAIRS, true);
        float[] rough = gradient(config, bf16, DecoderCase.PAIRS, true);
        double squares = 0;
        double off = 0;
        for (int i = 0; i < exact.length; i++) {
            squares += exact[i] * exact[i];
            off += (exact[i] - rough[i]) * (exact[i] - rough[i]);
        }
        System.out.printf("gradient in bf16: off by %.4f of its norm%n", Math.sqrt(off / squares));
        assertThat(Math.sqrt(off / squares))
                .isPositive()
                .isLessThan(0.056); // as PrecisionTest allows without critiques
        try (Network network = DecoderCase.network(config, bf16.forScoring(), Purpose.SCORING);
                Network reference = DecoderCase.network(config, fp32, Purpose.SCORING)) {
            float[][] expected = reference.score(rows(DecoderCase.PAIRS));
            float[][] served = network.score(rows(DecoderCase.PAIRS));
            for (int i = 0; i < served.length; i++) {
                assertThat(served[i]).containsExactly(expected[i], within(0.16f));
            }
        }
    }

    @Test
    void shouldNameTheStretchesOfEachPartWhenTheLayoutIsAsked() {
        FlatLayout layout = DecoderCase.layout(DecoderCase.config(2));
        List<List<FlatLayout.Stretch>> parts = layout.parts();
        assertThat(parts).hasSize(3);
        for (Parameter p : layout.parameters()) {
            int part = p.name().equals(FlatLayout.TRUST) ? 2 : p.name().startsWith(FlatLayout.READER) ? 1 : 0;
            assertThat(parts.get(part))
                    .as(p.name())
                    .filteredOn(stretch ->
                            stretch.from() <= p.offset() && p.offset() + p.size() <= stretch.from() + stretch.size())
                    .hasSize(1);
        }
        assertThat(parts.stream()
                        .flatMap(List::stream)
                        .mapToLong(FlatLayout.Stretch::size)
                        .sum())
                .isEqualTo(layout.size());
    }
}
