package dev.touchstone.rewardmodel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Devices;
import dev.touchstone.rewardmodel.ModelConfig;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.internal.BatchGradient.Logits;
import dev.touchstone.rewardmodel.internal.BatchGradient.Pass;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import dev.touchstone.rewardmodel.text.EncodedPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands beside an input in its batch changes neither its reward nor the gradient. */
class PaddingTest {

    private static final long SEED = 21;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    private static Network network(String family, Compute compute, Purpose purpose) {
        return switch (family) {
            case "built-in" -> DecoderCase.network(DecoderCase.config(1), compute, purpose);
            case "built-in, three heads" -> DecoderCase.network(DecoderCase.config(3), compute, purpose);
            default ->
                LlamaCase.all()
                        .filter(model -> model.name().equals(family))
                        .findFirst()
                        .orElseThrow()
                        .network(compute, purpose);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "cpu; built-in",
                "cpu; Llama",
                "cpu; Mistral, window 3",
                "cpu; three heads, Qwen3",
                "cuda; built-in",
                "cuda; Mistral, window 3"
            })
    void shouldScoreAShortRowAlikeWhenLongOnesStandBesideIt(String device, String family) {
        try (Network network = network(family, Devices.compute(device), Purpose.SCORING)) {
            int vocabulary = network.config().vocabulary();
            Random random = new Random(SEED);
            List<EncodedInput> rows = new ArrayList<>();
            for (int length : new int[] {1, 2, 5, 15, 16, 17, 31, 32, 32}) {
                rows.add(new EncodedInput(random.ints(length, 0, vocabulary).toArray(), false));
            }
            Collections.shuffle(rows, random);
            assertThat(BatchPlan.of(
                            rows.size(),
                            i -> rows.get(i).length(),
                            network.compute().batchTokens()))
                    .as("all of them in one batch")
                    .hasSize(1);
            float[][] together = network.score(rows);
            for (int i = 0; i < rows.size(); i++) {
                float[] alone = network.score(List.of(rows.get(i)))[0];
                assertThat(together[i]).containsExactly(alone, within(1e-5f));
            }
            assertThat(Arrays.stream(together).map(row -> row[0]).distinct()).hasSize(rows.size());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "cpu; built-in",
                "cpu; built-in, three heads",
                "cpu; Llama",
                "cpu; Mistral, window 3",
                "cpu; adapters, Qwen2, three heads",
                "cuda; built-in",
                "cuda; Llama"
            })
    void shouldLearnAlikeWhenABatchIsCutIntoSmallOnes(String device, String family) {
        try (Network whole = network(family, Devices.compute(device), Purpose.TRAINING);
                Network cut = network(family, Devices.compute(device), Purpose.TRAINING)) {
            ModelConfig config = whole.config();
            int heads = config.rewardHeads();
            Optimiser first = new Optimiser(whole, false);
            Optimiser second = new Optimiser(cut, false);
            BatchGradient atOnce = new BatchGradient(first, heads, 1 << 14);
            BatchGradient piecewise = new BatchGradient(second, heads, 64);
            for (int step = 0; step < 3; step++) {
                List<EncodedPair> batch = pairs(config.vocabulary(), SEED + step);
                float[][] weights = weights(batch.size(), heads, SEED + step);
                Logits one = Logits.of(batch.size());
                Logits other = Logits.of(batch.size());
                Optimiser.Loss loss = new Optimiser.Loss(0.1, 0.01, 1.0 / (batch.size() * heads));
                List<Pass> passes = atOnce.accumulate(batch, batch.size(), weights, loss);
                List<Pass> pieces = piecewise.accumulate(batch, batch.size(), weights, loss);
                assertThat(passes).hasSize(1);
                assertThat(pieces).hasSizeGreaterThan(4);
                assertClose(second.gradient().toArray(), first.gradient().toArray(), "gradient");
                update(first, passes);
                update(second, pieces);
                double sumAtOnce = passes.stream().mapToDouble(p -> p.read(one)).sum();
                double sum = pieces.stream().mapToDouble(p -> p.read(other)).sum();
                assertThat(sum).isCloseTo(sumAtOnce, within(1e-5));
                assertThat(other.chosen()).containsExactly(one.chosen(), within(1e-5));
                assertThat(other.rejected()).containsExactly(one.rejected(), within(1e-5));
                assertThat(Arrays.stream(one.chosen()).distinct()).hasSize(batch.size());
            }
            assertClose(cut.trained().toArray(), whole.trained().toArray(), "weights");
        }
    }

    private static void update(Optimiser optimiser, List<Pass> passes) {
        Optimiser.Update update = new Optimiser.Update(1e-3, 0.9, 0.98, 1e-8, 0.1, 1, 0);
        assertThat(optimiser.apply(passes.stream().map(Pass::result).toList(), update)
                        .read()[1])
                .isZero();
    }

    private static void assertClose(float[] actual, float[] expected, String what) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        double relative = Math.sqrt(difference / norm);
        System.out.printf("%s: relative difference %.1e%n", what, relative);
        assertThat(relative).as(what).isLessThan(1e-5);
    }

    private static float[][] weights(int pairs, int heads, long seed) {
        Random random = new Random(seed);
        float[][] weights = new float[pairs][heads];
        for (float[] row : weights) {
            for (int k = 0; k < heads; k++) {
                row[k] = heads == 1 ? 1 : random.nextInt(3);
            }
        }
        return weights;
    }

    private static List<EncodedPair> pairs(int vocabulary, long seed) {
        List<EncodedInput> inputs = DecoderCase.inputs(20, 32, vocabulary, seed);
        return IntStream.range(0, 10)
                .mapToObj(i -> new EncodedPair(inputs.get(i), inputs.get(10 + i), 0.1 * i))
                .toList();
    }
}
