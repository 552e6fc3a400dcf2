package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program against {@link ReferenceDecoder} and AdamW written out in doubles. */
class NetworkTest {

    private static final BuiltInConfig CONFIG = new BuiltInConfig(8, 2, 2, 12, 32, 260);
    private static final int[][] CHOSEN = {{3, 17, 5, 200, 41}, {9, 8, 7}, {250, 4, 4, 4, 19, 33, 2}};
    private static final int[][] REJECTED = {{3, 18, 99}, {9, 8, 7, 6, 5, 4, 3, 2, 1}, {250, 1, 2}};
    private static final double[] MARGINS = {0, 0.5, 1.25};
    private static final double SMOOTHING = 0.1;
    private static final double CENTRING = 0.05;

    private final ParameterLayout layout = new ParameterLayout(CONFIG);
    private final ReferenceDecoder reference = new ReferenceDecoder(CONFIG);
    private float[] weights;
    private Network network;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @BeforeEach
    void open() {
        weights = layout.initialise(11);
        Random random = new Random(12);
        // Norms away from 1 and 0, and a score that is not tiny, so that every term shows.
        for (ParameterLayout.Parameter p : layout.parameters()) {
            for (int i = p.offset(); i < p.offset() + p.size(); i++) {
                weights[i] += (float) (0.2 * random.nextGaussian());
            }
        }
        network = new Network(CONFIG, weights);
    }

    @AfterEach
    void close() {
        network.close();
    }

    @Test
    void shouldGiveTheReferencesLogitsWhenScoring() {
        double[] scores = network.score(rows());
        for (int i = 0; i < 3; i++) {
            assertThat(scores[i]).isCloseTo(reference.reward(doubles(weights), CHOSEN[i]), within(1e-5));
            assertThat(scores[3 + i]).isCloseTo(reference.reward(doubles(weights), REJECTED[i]), within(1e-5));
        }
    }

    @Test
    void shouldGiveTheReferencesGradientWhenDifferentiating() {
        float[] gradient = network.gradient(rows(), MARGINS, hyper(1, 1e-3, 0, 1));
        double[] w = doubles(weights);
        double worst = 0;
        double greatest = 0;
        for (ParameterLayout.Parameter p : layout.parameters()) {
            int stride = Math.max(1, p.size() / 40);
            for (int i = p.offset(); i < p.offset() + p.size(); i += stride) {
                double central = slope(w, i);
                worst = Math.max(worst, Math.abs(central - gradient[i]));
                greatest = Math.max(greatest, Math.abs(central));
            }
        }
        // Rows of the embeddings that the batch touches are easily missed by the stride.
        for (int token : new int[] {3, 17, 250, 4}) {
            worst = Math.max(worst, Math.abs(slope(w, token * 8 + 1) - gradient[token * 8 + 1]));
        }
        System.out.printf("gradient: greatest %.4f, worst difference %.2e%n", greatest, worst);
        assertThat(greatest).isGreaterThan(0.01);
        assertThat(worst).isLessThan(1e-5);
    }

    private double slope(double[] w, int i) {
        double h = 1e-5;
        double kept = w[i];
        w[i] = kept + h;
        double above = loss(w);
        w[i] = kept - h;
        double below = loss(w);
        w[i] = kept;
        return (above - below) / (2 * h);
    }

    private double loss(double[] w) {
        return reference.loss(w, CHOSEN, REJECTED, MARGINS, SMOOTHING, CENTRING);
    }

    @Test
    void shouldMoveAsAdamWDoesWhenStepping() {
        double rate = 3e-3;
        double decay = 0.3;
        double clip = 0.05;
        double[] w = doubles(weights);
        double[] m = new double[w.length];
        double[] v = new double[w.length];
        NDArray firstMoment = network.vector(new float[w.length]);
        NDArray secondMoment = network.vector(new float[w.length]);
        for (int step = 1; step <= 5; step++) {
            double[] hyper = hyper(step, rate, decay, clip);
            float[] gradient = network.gradient(rows(), MARGINS, hyper);
            double norm =
                    Math.sqrt(Arrays.stream(doubles(gradient)).map(g -> g * g).sum());
            assertThat(norm).as("the clip must bite").isGreaterThan(clip);
            for (int i = 0; i < w.length; i++) {
                double g = gradient[i] * Math.min(1, clip / (norm + 1e-6));
                w[i] *= 1 - rate * (i < layout.matrices() ? decay : 0);
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.98 * v[i] + 0.02 * g * g;
                double corrected = m[i] / (1 - Math.pow(0.9, step));
                w[i] -= rate * corrected / (Math.sqrt(v[i] / (1 - Math.pow(0.98, step))) + 1e-8);
            }
            double expectedLoss = loss(doubles(network.weights()));
            double[] before = network.score(rows());
            float[] out = network.step(firstMoment, secondMoment, rows(), MARGINS, hyper);
            assertThat(out[0]).isCloseTo((float) expectedLoss, within(1e-5f));
            assertThat(out[1]).isCloseTo((float) norm, within(1e-5f));
            for (int i = 0; i < before.length; i++) {
                assertThat((double) out[2 + i]).isCloseTo(before[i], within(1e-5));
            }
            float[] actual = network.weights();
            for (int i = 0; i < w.length; i++) {
                assertThat((double) actual[i]).as("step %d, value %d", step, i).isCloseTo(w[i], within(2e-5));
            }
        }
    }

    @Test
    void shouldDecayMatricesAloneWhenTheLayoutIsAsked() {
        layout.parameters()
                .forEach(p -> assertThat(p.offset() + p.size() <= layout.matrices())
                        .as(p.name())
                        .isEqualTo(p.columns() > 0 && !p.name().contains("positions")));
        assertThat(layout.initialise(4)).isEqualTo(layout.initialise(4)).isNotEqualTo(layout.initialise(5));
    }

    @Test
    void shouldScoreAlikeAloneAndInBatchesWhenLengthsDiffer() {
        Random random = new Random(2);
        List<EncodedInput> inputs = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            inputs.add(
                    new EncodedInput(random.ints(1 + random.nextInt(32), 0, 260).toArray(), false));
        }
        double[] together = network.score(inputs);
        for (int i = 0; i < 400; i++) {
            assertThat(network.score(List.of(inputs.get(i)))[0]).isCloseTo(together[i], within(1e-4));
        }
        assertThat(network.score(List.of())).isEmpty();
    }

    @Test
    void shouldPlanEachInputOnceWithinTheBudgetWhenBatching() {
        Random random = new Random(8);
        List<EncodedInput> inputs = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            inputs.add(new EncodedInput(new int[1 + random.nextInt(320)], false));
        }
        List<int[]> batches = BatchPlan.of(inputs);
        assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(0, 1000).toArray());
        for (int[] batch : batches) {
            int longest =
                    Arrays.stream(batch).map(i -> inputs.get(i).length()).max().orElseThrow();
            assertThat(BatchPlan.padded(longest) * batch.length).isLessThanOrEqualTo(BatchPlan.TOKENS);
        }
        assertThat(batches).hasSizeLessThan(40);
    }

    @Test
    void shouldKeepNothingWhenLengthsVaryOverManyCalls() {
        Random random = new Random(3);
        NDArray m = network.vector(new float[layout.size()]);
        NDArray v = network.vector(new float[layout.size()]);
        int before = network.managedArrays();
        for (int i = 1; i <= 200; i++) {
            List<EncodedInput> rows = Stream.generate(() -> 0)
                    .limit(4)
                    .map(x -> new EncodedInput(
                            random.ints(1 + random.nextInt(32), 0, 260).toArray(), false))
                    .toList();
            network.step(m, v, rows, new double[2], hyper(i, 1e-3, 0.1, 1));
            network.score(rows);
        }
        assertThat(network.managedArrays()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhenIdsOrLengthsAreNotTheModels() {
        assertThatThrownBy(() -> network.score(List.of(new EncodedInput(new int[] {260}, false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("vocabulary");
        assertThatThrownBy(() -> network.score(List.of(new EncodedInput(new int[33], false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("33 tokens");
    }

    private static List<EncodedInput> rows() {
        return Stream.concat(Arrays.stream(CHOSEN), Arrays.stream(REJECTED))
                .map(ids -> new EncodedInput(ids, false))
                .toList();
    }

    private static double[] hyper(int step, double rate, double decay, double clip) {
        return new double[] {rate, 0.9, 0.98, 1e-8, decay, clip, SMOOTHING, CENTRING, step};
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
