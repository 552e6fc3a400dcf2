package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient of every tensor of decoders of Llama's kind against the reference in doubles. */
class LlamaGradientTest {

    private static final double BOUND = 1e-5;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    static Stream<LlamaCase> cases() {
        return LlamaCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheReferencesGradientOfEveryTensorWhenDifferentiating(LlamaCase model) {
        ReferenceLlama.Batch batch = weighed(LlamaCase.BATCH, model.config().rewardHeads());
        float[] kept = check(model, batch, Compute.cpu());
        float[] recomputed = check(model, batch, Compute.cpu().with(4096, true));
        assertThat(recomputed).as("computing blocks again changes no bit").isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, 300, 0", "cpu, 300, 100", "cpu, 1030, 0", "cpu, 1030, 300",
        "cuda, 300, 0", "cuda, 300, 100", "cuda, 1030, 0", "cuda, 1030, 300"
    })
    void shouldGiveTheReferencesGradientWhenInputsAreLong(String device, int tokens, int window) {
        Compute compute = Devices.compute(device);
        Family family = window > 0 ? Family.MISTRAL : Family.LLAMA;
        LlamaCase model = LlamaCase.of("long", family, 2, new Rotary.Default(1e4), window, 1, 2048);
        Random random = new Random(17);
        ReferenceLlama.Batch batch = new ReferenceLlama.Batch(
                new int[][] {random.ints(tokens, 0, 30).toArray()},
                new int[][] {random.ints(tokens - 5, 0, 30).toArray()},
                new double[] {0.5},
                null,
                0.1,
                0.05);
        check(model, batch, compute);
    }

    /** A bootstrap: heads count the pairs differently, one of them not at all. */
    private static ReferenceLlama.Batch weighed(ReferenceLlama.Batch batch, int heads) {
        if (heads == 1) {
            return batch;
        }
        double[][] weights = {{1, 0, 2}, {0, 3, 1}, {1, 1, 0}};
        return new ReferenceLlama.Batch(
                batch.chosen(), batch.rejected(), batch.margins(), weights, batch.smoothing(), batch.centring());
    }

    private static float[] check(LlamaCase model, ReferenceLlama.Batch batch, Compute compute) {
        int heads = model.config().rewardHeads();
        ReferenceLlama reference = model.reference();
        try (Network network = model.network(compute, Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            float[] values = optimiser
                    .accumulate(LlamaCase.microBatch(batch, heads), LlamaCase.loss(batch, heads))
                    .read();
            double loss = 0;
            for (int k = 0; k < heads; k++) {
                loss += values[2 * batch.pairs() * heads + k];
            }
            assertThat(loss).isCloseTo(reference.loss(batch), within(1e-5));
            for (int p = 0; p < batch.pairs(); p++) {
                double[] logits = reference.logits(batch.chosen()[p]);
                for (int k = 0; k < heads; k++) {
                    assertThat((double) values[p * heads + k]).isCloseTo(logits[k], within(1e-4));
                }
            }
            double worst = LlamaCase.worst(LlamaCase.named(network, optimiser.gradient()), reference.gradient(batch));
            System.out.printf("%s: worst relative difference of a tensor's gradient %.1e%n", model, worst);
            assertThat(worst).isLessThan(BOUND);
            return optimiser.gradient().toArray();
        }
    }
}
