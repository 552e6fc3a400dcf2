package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clipping, AdamW, the moving average, and steps that are left out. */
class OptimiserTest {

    private static final ReferenceAdamW.Settings SETTINGS =
            new ReferenceAdamW.Settings(3e-3, 0.9, 0.98, 1e-8, 0.3, 0.05);

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    /** Two parameters: gradient (3, 4) of norm 5 clipped to 1, a matrix that decays by half, a norm that doesn't. */
    @Test
    void shouldMoveTheReferenceAsWorkedOutByHand() {
        Map<String, double[]> weights =
                new HashMap<>(Map.of("a.weight", new double[] {1}, "norm.weight", new double[] {2}));
        ReferenceAdamW reference = new ReferenceAdamW();
        ReferenceAdamW.Settings settings = new ReferenceAdamW.Settings(0.1, 0.9, 0.99, 1e-12, 0.5, 1);
        double norm = reference.step(
                weights, Map.of("a.weight", new double[] {3}, "norm.weight", new double[] {4}), settings);
        assertThat(norm).isEqualTo(5);
        // The first step moves by the rate, whatever the gradient: 1 - 0.1 * 0.5 * 1 - 0.1, and 2 - 0.1.
        assertThat(weights.get("a.weight")[0]).isCloseTo(0.85, within(1e-9));
        assertThat(weights.get("norm.weight")[0]).isCloseTo(1.9, within(1e-9));
        reference.step(weights, Map.of("a.weight", new double[] {0}, "norm.weight", new double[] {-0.5}), settings);
        // a: m = 0.9 * 0.06, v = 0.99 * 0.0036; corrected 0.054 / 0.19 over sqrt(0.003564 / 0.0199): 0.671580.
        assertThat(weights.get("a.weight")[0]).isCloseTo(0.85 * 0.95 - 0.0671580, within(1e-6));
        // norm: m = 0.9 * 0.08 - 0.05 = 0.022, v = 0.99 * 0.0064 + 0.0025 = 0.008836; 0.173768.
        assertThat(weights.get("norm.weight")[0]).isCloseTo(1.9 - 0.0173768, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"cpu, -1", "cpu, 0", "cpu, 2", "cpu, 4", "cpu, 11", "cpu, 12", "cuda, -1", "cuda, 0", "cuda, 11"})
    void shouldMoveAsAdamWDoesWhenStepping(String device, int number) {
        Compute compute = Devices.compute(device);
        try (Network network = number < 0
                ? DecoderCase.network(DecoderCase.config(1), compute, Purpose.TRAINING)
                : LlamaCase.all().toList().get(number).network(compute, Purpose.TRAINING)) {
            int heads = network.config().rewardHeads();
            Optimiser optimiser = new Optimiser(network, true);
            optimiser.startAverage();
            ReferenceAdamW reference = new ReferenceAdamW();
            Map<String, double[]> expected = LlamaCase.named(network, network.trained());
            double[] average = RandomLlama.doubles(network.trained().toArray());
            for (int step = 1; step <= 5; step++) {
                Optimiser.Result pass = accumulate(optimiser, heads);
                double norm = reference.step(expected, LlamaCase.named(network, optimiser.gradient()), SETTINGS);
                assertThat(norm).as("the clip must bite").isGreaterThan(SETTINGS.clip());
                float[] normAndSkip =
                        optimiser.apply(List.of(pass), update(0.25)).read();
                pass.close();
                assertThat((double) normAndSkip[0]).isCloseTo(norm, within(1e-5 * norm));
                assertThat(normAndSkip[1]).isZero();
                Map<String, double[]> actual = LlamaCase.named(network, network.trained());
                expected.forEach(
                        (name, values) -> assertThat(actual.get(name)).as(name).containsExactly(values, within(5e-6)));
                float[] weights = network.trained().toArray();
                for (int i = 0; i < average.length; i++) {
                    average[i] += 0.25 * (weights[i] - average[i]);
                }
                assertThat(optimiser.gradient().toArray()).containsOnly(0f);
            }
            assertThat(RandomLlama.doubles(averageOf(optimiser))).containsExactly(average, within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDecayMatricesAndHeadsAloneWhenTheGradientIsZero(boolean builtIn) {
        LlamaCase model = LlamaCase.all().toList().get(2);
        try (Network network = builtIn
                ? DecoderCase.network(DecoderCase.config(2), Compute.cpu(), Purpose.TRAINING)
                : model.network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            Map<String, double[]> before = LlamaCase.named(network, network.trained());
            optimiser.apply(List.of(), update(0)).read();
            LlamaCase.named(network, network.trained()).forEach((name, values) -> {
                double kept = ReferenceAdamW.isMatrix(name) ? 1 - SETTINGS.rate() * SETTINGS.decay() : 1;
                double[] wanted =
                        Arrays.stream(before.get(name)).map(w -> kept * w).toArray();
                assertThat(values).as(name).containsExactly(wanted, within(1e-7));
            });
        }
    }

    @Test
    void shouldLetTheAverageServeAndPutTheWeightsBackWhenUsed() {
        try (Network network = LlamaCase.all().toList().get(0).network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, true);
            optimiser.startAverage();
            Optimiser.Result pass = accumulate(optimiser, 1);
            optimiser.apply(List.of(pass), update(0.5)).read();
            pass.close();
            float[] weights = network.trained().toArray();
            float[] average = averageOf(optimiser);
            assertThat(average).isNotEqualTo(weights);
            assertThat(optimiser.<float[]>withAverage(() -> network.trained().toArray()))
                    .isEqualTo(average);
            assertThat(network.trained().toArray()).isEqualTo(weights);
            assertThat(averageOf(optimiser)).isEqualTo(average);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void shouldChangeNothingWhenTheLossIsNotFinite(float margin) {
        LlamaCase model = LlamaCase.all().toList().get(0);
        try (Network network = model.network(Compute.cpu(), Purpose.TRAINING);
                Network other = model.network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, true);
            Optimiser undisturbed = new Optimiser(other, true);
            optimiser.startAverage();
            undisturbed.startAverage();
            step(optimiser);
            step(undisturbed);
            List<float[]> before = state(network, optimiser);
            Optimiser.MicroBatch batch = LlamaCase.microBatch(LlamaCase.BATCH, 1);
            batch.margins()[1] = margin;
            // What is wrong may be in one of several passes; the good one alone must not be applied.
            List<Optimiser.Result> passes =
                    List.of(accumulate(optimiser, 1), optimiser.accumulate(batch, LlamaCase.loss(LlamaCase.BATCH, 1)));
            assertThat(optimiser.apply(passes, update(0.5)).read()[1]).isEqualTo(1f);
            passes.forEach(Optimiser.Result::close);
            assertThat(state(network, optimiser)).usingRecursiveComparison().isEqualTo(before);
            assertThat(optimiser.gradient().toArray()).containsOnly(0f);
            // Its own count of steps stands still, too: the next step is the same as without the bad one.
            step(optimiser);
            step(undisturbed);
            assertThat(state(network, optimiser))
                    .usingRecursiveComparison()
                    .isEqualTo(state(other, undisturbed))
                    .isNotEqualTo(before);
        }
    }

    @Test
    void shouldForgetTheGradientWhenCleared() {
        try (Network network = LlamaCase.all().toList().get(0).network(Compute.cpu(), Purpose.TRAINING)) {
            Optimiser optimiser = new Optimiser(network, false);
            accumulate(optimiser, 1).close();
            float[] once = optimiser.gradient().toArray();
            optimiser.clear();
            assertThat(optimiser.gradient().toArray()).containsOnly(0f);
            accumulate(optimiser, 1).close();
            assertThat(optimiser.gradient().toArray()).isEqualTo(once);
        }
    }

    private static void step(Optimiser optimiser) {
        Optimiser.Result pass = accumulate(optimiser, 1);
        assertThat(optimiser.apply(List.of(pass), update(0.5)).read()[1]).isZero();
        pass.close();
    }

    private static Optimiser.Result accumulate(Optimiser optimiser, int heads) {
        return optimiser.accumulate(
                LlamaCase.microBatch(LlamaCase.BATCH, heads), LlamaCase.loss(LlamaCase.BATCH, heads));
    }

    private static Optimiser.Update update(double averageShare) {
        return new Optimiser.Update(
                SETTINGS.rate(),
                SETTINGS.beta1(),
                SETTINGS.beta2(),
                SETTINGS.epsilon(),
                SETTINGS.decay(),
                SETTINGS.clip(),
                averageShare);
    }

    private static List<float[]> state(Network network, Optimiser optimiser) {
        List<float[]> state = new ArrayList<>();
        state.add(network.trained().toArray());
        state.add(optimiser.firstMoment().toArray());
        state.add(optimiser.secondMoment().toArray());
        state.add(averageOf(optimiser));
        return state;
    }

    private static float[] averageOf(Optimiser optimiser) {
        FlatVector average = optimiser.average();
        assertThat(average).isNotNull();
        return average.toArray();
    }
}
