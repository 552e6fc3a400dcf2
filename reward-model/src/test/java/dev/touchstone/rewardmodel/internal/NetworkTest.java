package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.FlatLayout.Parameter;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in decoder against {@link ReferenceDecoder}, and what both families' networks share. */
class NetworkTest {

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 3", "cuda, 3"})
    void shouldGiveTheReferencesLogitsWhenScoring(String device, int heads) {
        BuiltInConfig config = DecoderCase.config(heads);
        ReferenceDecoder reference = new ReferenceDecoder(config);
        double[] w = RandomLlama.doubles(DecoderCase.weights(config));
        List<EncodedInput> rows = LlamaCase.microBatch(DecoderCase.PAIRS, heads).rows();
        for (Purpose purpose : Purpose.values()) {
            try (Network network = DecoderCase.network(config, Devices.compute(device), purpose)) {
                float[][] scores = network.score(rows);
                for (int i = 0; i < scores.length; i++) {
                    double[] expected = reference.rewards(w, rows.get(i).ids());
                    for (int k = 0; k < heads; k++) {
                        assertThat((double) scores[i][k]).isCloseTo(expected[k], within(1e-5));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 3", "cuda, 1"})
    void shouldGiveTheReferencesGradientWhenDifferentiating(String device, int heads) {
        BuiltInConfig config = DecoderCase.config(heads);
        ReferenceLlama.Batch batch = DecoderCase.batch(heads);
        Compute compute = Devices.compute(device);
        float[] gradient = gradient(config, compute, batch);
        // Computing blocks again changes nothing.
        Devices.assertSame(device, gradient(config, compute.with(4096, true), batch), gradient, 1e-5);
        ReferenceDecoder reference = new ReferenceDecoder(config);
        double[] w = RandomLlama.doubles(DecoderCase.weights(config));
        double worst = 0;
        double greatest = 0;
        for (Parameter p : DecoderCase.layout(config).parameters()) {
            if (p.name().startsWith(FlatLayout.READER)) {
                continue; // CritiqueReaderTest has them
            }
            int stride = (int) Math.max(1, p.size() / 40);
            for (int i = (int) p.offset(); i < p.offset() + p.size(); i += stride) {
                double central = DecoderCase.slope(v -> reference.loss(v, batch), w, i);
                worst = Math.max(worst, Math.abs(central - gradient[i]));
                greatest = Math.max(greatest, Math.abs(central));
            }
        }
        // Rows of the embeddings that the batch touches are easily missed by the stride.
        for (int token : new int[] {3, 17, 250, 4}) {
            worst = Math.max(
                    worst,
                    Math.abs(DecoderCase.slope(v -> reference.loss(v, batch), w, token * 8 + 1)
                            - gradient[token * 8 + 1]));
        }
        System.out.printf("gradient: greatest %.4f, worst difference %.2e%n", greatest, worst);
        assertThat(greatest).isGreaterThan(0.01);
        assertThat(worst).isLessThan(1e-5);
    }

    private static float[] gradient(BuiltInConfig config, Compute compute, ReferenceLlama.Batch batch) {
        try (Network network = DecoderCase.network(config, compute, Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            int heads = config.rewardHeads();
            float[] values = optimiser
                    .accumulate(LlamaCase.microBatch(batch, heads), LlamaCase.loss(batch, heads))
                    .read();
            double loss = 0;
            for (int k = 0; k < heads; k++) {
                loss += values[2 * batch.pairs() * heads + k];
            }
            double expected =
                    new ReferenceDecoder(config).loss(RandomLlama.doubles(DecoderCase.weights(config)), batch);
            assertThat(loss).isCloseTo(expected, within(1e-5));
            return optimiser.gradient().toArray();
        }
    }

    @Test
    void shouldTakeTheLongestInputWhenTheLimitIsNoMultipleOfThePadding() {
        BuiltInConfig config = new BuiltInConfig(8, 2, 2, 12, 40, 260);
        EncodedInput longest = new EncodedInput(new Random(5).ints(40, 0, 260).toArray(), false);
        double expected = new ReferenceDecoder(config)
                .rewards(RandomLlama.doubles(DecoderCase.weights(config)), longest.ids())[0];
        try (Network network = DecoderCase.network(config, Compute.cpu(), Purpose.SCORING)) {
            assertThat((double) network.score(List.of(longest))[0][0]).isCloseTo(expected, within(1e-5));
        }
    }

    @Test
    void shouldDecayMatricesAloneWhenTheLayoutIsAsked() {
        FlatLayout layout = DecoderCase.layout(DecoderCase.config(2));
        layout.parameters()
                .forEach(p -> assertThat(p.offset() + p.size() <= layout.decayed())
                        .as(p.name())
                        .isEqualTo(p.shape().size() > 1 && !p.name().contains("positions")));
        assertThat(Initialisation.builtIn(layout, 4))
                .isEqualTo(Initialisation.builtIn(layout, 4))
                .isNotEqualTo(Initialisation.builtIn(layout, 5));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldScoreAlikeAloneAndInBatchesWhenLengthsDiffer(boolean builtIn) {
        Compute small = Compute.cpu().with(512, false);
        try (Network network = builtIn
                ? DecoderCase.network(DecoderCase.config(1), small, Purpose.SCORING)
                : LlamaCase.all().toList().get(1).network(small, Purpose.SCORING)) {
            List<EncodedInput> inputs =
                    DecoderCase.inputs(400, 32, network.config().vocabulary(), 2);
            float[][] together = network.score(inputs);
            double worst = 0;
            for (int i = 0; i < 400; i++) {
                worst = Math.max(worst, Math.abs(network.score(List.of(inputs.get(i)))[0][0] - together[i][0]));
            }
            System.out.printf("alone and in batches: worst difference %.1e%n", worst);
            assertThat(worst).isLessThan(1e-5);
            assertThat(network.score(List.of())).isEmpty();
        }
    }

    @Test
    void shouldKeepNothingWhenLengthsVaryOverManyCalls() {
        try (Network network = DecoderCase.network(DecoderCase.config(1), Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, true);
            Optimiser.Update update = new Optimiser.Update(1e-3, 0.9, 0.98, 1e-8, 0.1, 1, 0.1);
            int before = network.managedArrays();
            for (int i = 1; i <= 200; i++) {
                List<EncodedInput> rows = DecoderCase.inputs(4, 32, 260, 300 + i);
                Optimiser.Result pass = optimiser.accumulate(
                        new Optimiser.MicroBatch(rows, new float[2], new float[][] {{1}, {1}}),
                        new Optimiser.Loss(0, 0, 0.5));
                Optimiser.Result applied = optimiser.apply(List.of(pass), update);
                pass.read();
                applied.read();
                optimiser.withAverage(() -> network.score(rows));
            }
            assertThat(network.managedArrays()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRefuseWhenIdsOrLengthsAreNotTheModels(boolean builtIn) {
        try (Network network = builtIn
                ? DecoderCase.network(DecoderCase.config(1), Compute.cpu(), Purpose.SCORING)
                : LlamaCase.all().toList().get(0).network(Compute.cpu(), Purpose.SCORING)) {
            int vocabulary = network.config().vocabulary();
            for (int id : new int[] {vocabulary, -1}) {
                assertThatThrownBy(() -> network.score(List.of(new EncodedInput(new int[] {id}, false))))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("vocabulary");
            }
            assertThatThrownBy(() -> network.score(List.of(new EncodedInput(new int[33], false))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("33 tokens");
            assertThatThrownBy(network::trained)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("scoring");
        }
    }
}
