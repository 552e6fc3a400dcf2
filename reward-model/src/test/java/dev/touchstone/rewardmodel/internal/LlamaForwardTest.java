package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits of decoders of Llama's kind against the reference in doubles. */
class LlamaForwardTest {

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    static Stream<LlamaCase> cases() {
        return LlamaCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldGiveTheReferencesLogitsWhenScoring(LlamaCase model) {
        List<EncodedInput> rows = LlamaCase.microBatch(LlamaCase.BATCH, 1).rows();
        for (Purpose purpose : Purpose.values()) {
            try (Network network = model.network(Compute.cpu(), purpose)) {
                assertSame(network.score(rows), model, rows);
            }
        }
    }

    /** Up to 1,024 tokens are stretches of 128 queries on a CPU, more are the fused kernel; a window cuts either. */
    @ParameterizedTest
    @CsvSource({
        "cpu, 300, 0",
        "cpu, 300, 50",
        "cpu, 300, 200",
        "cpu, 1000, 0",
        "cpu, 1030, 0",
        "cpu, 1030, 700",
        "cpu, 1030, 5",
        "cuda, 300, 0",
        "cuda, 300, 50",
        "cuda, 1030, 0",
        "cuda, 1030, 700"
    })
    void shouldGiveTheReferencesLogitsWhenInputsAreLong(String device, int tokens, int window) {
        Compute compute = Devices.compute(device);
        Family family = window > 0 ? Family.MISTRAL : Family.LLAMA;
        LlamaCase model = LlamaCase.of("long", family, 2, new Rotary.Default(1e4), window, 1, 2048);
        Random random = new Random(7);
        // The short row pads; with two rows the long one is not alone either.
        List<EncodedInput> rows = Stream.of(tokens, tokens - 3)
                .map(n -> new EncodedInput(random.ints(n, 0, 30).toArray(), false))
                .toList();
        try (Network network = model.network(compute, Purpose.SCORING)) {
            assertSame(network.score(rows), model, rows);
        }
    }

    @Test
    void shouldTakeTheLongestInputWhenTheLimitIsNoMultipleOfThePadding() {
        LlamaCase model = LlamaCase.of("odd", Family.LLAMA, 2, new Rotary.Default(1e4), 0, 1, 27);
        Random random = new Random(9);
        List<EncodedInput> rows = Stream.of(27, 26, 3)
                .map(n -> new EncodedInput(random.ints(n, 0, 30).toArray(), false))
                .toList();
        try (Network network = model.network(Compute.cpu(), Purpose.SCORING)) {
            assertSame(network.score(rows), model, rows);
        }
    }

    private static void assertSame(float[][] logits, LlamaCase model, List<EncodedInput> rows) {
        ReferenceLlama reference = model.reference();
        for (int i = 0; i < logits.length; i++) {
            double[] expected = reference.logits(rows.get(i).ids());
            assertThat(logits[i]).hasSize(expected.length);
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) logits[i][k])
                        .isCloseTo(expected[k], within(1e-5 * Math.max(1, Math.abs(expected[k]))));
            }
        }
    }
}
