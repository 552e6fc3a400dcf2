package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.Rotary;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks in bf16, which has 8 bits of mantissa, against the same in fp32. */
class PrecisionTest {

    /** Twice what was measured: the worst of 40 to 120 logits was off by 0.08 root mean squares. */
    private static final double LOGITS = 0.16;

    /** Twice what was measured: the worst gradient was off by 0.028 of its norm. */
    private static final double GRADIENT = 0.056;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (String device : List.of("cpu", "cuda")) {
            cases.add(Arguments.of(device, "built-in"));
            LlamaCase.all().forEach(model -> cases.add(Arguments.of(device, model.name())));
            cases.add(Arguments.of(device, "long"));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldStayCloseToFp32WhenComputedInBf16(String device, String name) {
        Compute fp32 = Devices.compute(device);
        Compute bf16 = fp32.with(Precision.BF16);
        List<EncodedInput> inputs = DecoderCase.inputs(40, name.equals("long") ? 300 : 32, 30, 6);
        float[][] exact = score(name, fp32, Purpose.SCORING, inputs);
        float[][] served = score(name, bf16.forScoring(), Purpose.SCORING, inputs);
        if (!name.equals("built-in")) {
            // There positions are added to the embedding before the sum is rounded, in a scorer after.
            assertThat(score(name, bf16, Purpose.TRAINING, inputs))
                    .as("what is trained is what is served")
                    .isDeepEqualTo(served);
        }
        double spread = norm(flat(exact)) / Math.sqrt(flat(exact).length);
        double worst = 0;
        for (int i = 0; i < flat(exact).length; i++) {
            worst = Math.max(worst, Math.abs(flat(exact)[i] - flat(served)[i]) / spread);
        }
        float[] gradient = gradient(name, fp32);
        float[] rough = gradient(name, bf16);
        float[] difference = new float[rough.length];
        for (int i = 0; i < rough.length; i++) {
            difference[i] = rough[i] - gradient[i];
        }
        double slope = norm(difference) / norm(gradient);
        System.out.printf(
                "%s: worst logit %.4f of their root mean square, gradient %.4f of its norm%n", name, worst, slope);
        assertThat(worst).as("logits, in root mean squares").isPositive().isLessThan(LOGITS);
        assertThat(slope).as("gradient, relative to its norm").isPositive().isLessThan(GRADIENT);
        // Computing blocks again changes nothing.
        Devices.assertSame(device, gradient(name, bf16.with(4096, true)), rough, 1e-2);
    }

    private static float[][] score(String name, Compute compute, Purpose purpose, List<EncodedInput> inputs) {
        try (Network network = network(name, compute, purpose)) {
            return network.score(inputs);
        }
    }

    private static float[] gradient(String name, Compute compute) {
        try (Network network = network(name, compute, Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            int heads = network.config().rewardHeads();
            optimiser
                    .accumulate(LlamaCase.microBatch(LlamaCase.BATCH, heads), LlamaCase.loss(LlamaCase.BATCH, heads))
                    .close();
            return optimiser.gradient().toArray();
        }
    }

    private static Network network(String name, Compute compute, Purpose purpose) {
        if (name.equals("built-in")) {
            return DecoderCase.network(DecoderCase.config(1), compute, purpose);
        }
        LlamaCase longer = LlamaCase.of("long", Family.MISTRAL, 2, new Rotary.Default(1e4), 100, 1, 512);
        return Stream.concat(LlamaCase.all(), Stream.of(longer))
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow()
                .network(compute, purpose);
    }

    private static float[] flat(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        return flat;
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
