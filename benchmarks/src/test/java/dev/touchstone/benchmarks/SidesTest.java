package dev.touchstone.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.Precision;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.rewardmodel.text.EncodedPair;
import dev.touchstone.rewardmodel.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is compared computes the same. */
class SidesTest {

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @Test
    void shouldHaveTheLossesOfOurProgramWhenNdArrayOperationsLearn() {
        StepShape shape = StepShape.TINY;
        Random random = new Random(1);
        try (Tokenizer tokenizer = Tokenizer.builtIn();
                RewardModelTrainer trainer =
                        RewardModelTrainer.create(shape.model(), StepShape.training(), tokenizer, Compute.cpu());
                NdArrayDecoder baseline = new NdArrayDecoder(shape.model(), StepShape.training())) {
            List<EncodedPair> first = shape.batch(random);
            assertThat((double) baseline.step(first))
                    .isCloseTo(trainer.step(first).loss(), within(1e-5));
            // The weights differ a little from here on: DJL does not clip, decays norms too, and does not warm up.
            float before = baseline.step(first);
            for (int i = 0; i < 20; i++) {
                baseline.step(first);
            }
            assertThat(baseline.step(first)).isLessThan(before);
        }
    }

    @Test
    void shouldHaveTheLossOfOurProgramWhenSequencesDifferInLength() {
        StepShape shape = StepShape.TINY;
        Random random = new Random(2);
        List<EncodedPair> shorter = new StepShape(shape.model(), 1, 100).batch(random);
        List<EncodedPair> longer = new StepShape(shape.model(), 1, 150).batch(random);
        List<EncodedPair> batch = List.of(
                new EncodedPair(shorter.get(0).chosen(), longer.get(0).chosen(), 0),
                new EncodedPair(longer.get(0).rejected(), shorter.get(0).rejected(), 0));
        try (Tokenizer tokenizer = Tokenizer.builtIn();
                RewardModelTrainer trainer =
                        RewardModelTrainer.create(shape.model(), StepShape.training(), tokenizer, Compute.cpu());
                NdArrayDecoder baseline = new NdArrayDecoder(shape.model(), StepShape.training())) {
            assertThat((double) baseline.step(batch))
                    .isCloseTo(trainer.step(batch).loss(), within(1e-5));
        }
    }

    @Test
    void shouldMultiplyWhatAStepMultipliesWhenThereAreTwoBlocks() {
        long d = 32;
        long f = 64;
        long rows = 4;
        long tokens = 160;
        try (MatrixProducts products =
                new MatrixProducts(new BuiltInConfig(32, 2, 2, 64, 160, 2048), 4, 160, Precision.BF16)) {
            long first = rows * tokens * (3 * d * d + d * d + 2 * d * f);
            long second = rows * tokens * 2 * d * d + rows * (2 * d * d + 2 * d * f);
            // 128 queries see 128 keys, 32 more see 160; in the last block one query sees all.
            long attention = rows * d * (128 * 128 + 32 * 160 + 160);
            assertThat(products.flops()).isEqualTo(2.0 * (3 * (first + second) + 6 * attention));
            products.runLinear();
            products.runAttention();
        }
    }

    @Test
    void shouldLearnFromTextsWhenTheFolderIsOurs(@TempDir Path folder) throws IOException, CheckpointException {
        SmallLlama.TINY.write(folder);
        try (TextSteps steps = new TextSteps(SmallLlama.TINY, folder, Precision.FP32)) {
            assertThat(steps.step()).isCloseTo(Math.log(2), within(0.05));
            for (int i = 1; i < 16; i++) {
                assertThat(steps.step()).isPositive();
            }
            assertThat(steps.step()).as("the first texts again").isPositive();
        }
    }

    @Test
    void shouldTakeTheMedianOfRatiosWithinRoundsWhenSidesRunInTurns() throws IOException {
        Times times = Times.of("test", List.of(scripted("a", 10, 20, 60), scripted("b", 30, 20, 120)), 3);

        assertThat(times.median("a")).isEqualTo(20);
        assertThat(times.ratio(List.of("b"), "a")).isEqualTo(2);
        assertThat(times.ratio(List.of("a", "b"), "a")).isEqualTo(3);
    }

    /** Three rounds of warming up, then these. */
    private static Side scripted(String name, double... millis) {
        int[] calls = {-3};
        return new Side() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double run() {
                int call = calls[0]++;
                return call < 0 ? 1e6 : millis[call];
            }
        };
    }
}
