package dev.touchstone.rewardmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.touchstone.rewardmodel.text.EncodedPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps whose figures are read later. */
class SubmitTest {

    private static final long SEED = 61;

    @TempDir
    private Path root;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 3", "cuda, 1"})
    void shouldGiveTheSameFiguresInOrderWhenTheyAreReadLater(String device, int heads) throws Exception {
        TrainingConfig config =
                TrainingConfig.defaults(SEED).toBuilder().averageDecay(0.9).build();
        Compute compute = Devices.compute(device);
        boolean exact = device.equals("cpu");
        try (RewardModelTrainer waiting = ToyTask.builtIn(config, heads, compute);
                RewardModelTrainer hurrying = ToyTask.builtIn(config, heads, compute)) {
            List<StepResult> expected = new ArrayList<>();
            List<PendingStep> pending = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                List<EncodedPair> batch = new ArrayList<>(ToyTask.pairs(waiting.format(), 4, 100 + i));
                if (i % 7 == 3) {
                    batch.add(impossible(waiting));
                }
                expected.add(waiting.step(batch));
                pending.add(hurrying.submit(batch));
            }
            // Whoever asks for a later one first gets the same.
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                order.add(i);
            }
            Collections.shuffle(order, new Random(SEED));
            for (int i : order) {
                assertThat(figures(pending.get(i).result(), exact)).isEqualTo(figures(expected.get(i), exact));
                assertThat(pending.get(i).result()).isSameAs(pending.get(i).result());
                assertThat(expected.get(i).skipped()).isEqualTo(i % 7 == 3);
            }
            assertThat(expected.get(19).step()).isEqualTo(17);
            assertThat(hurrying.steps()).isEqualTo(17);
            assertThat(hurrying.skippedSteps()).isEqualTo(3);
            assertThat(hurrying.pairs()).isEqualTo(17 * 4);
            if (exact) {
                assertThat(hurrying.checkpoint(root, "hurrying", Map.of()).sha256())
                        .isEqualTo(waiting.checkpoint(root, "waiting", Map.of()).sha256());
            }
        }
    }

    @Test
    void shouldCountPendingStepsWhenACheckpointIsWrittenOrTheyAreAskedFor() throws Exception {
        try (RewardModelTrainer trainer = ToyTask.builtIn(SEED)) {
            for (int i = 0; i < 5; i++) {
                trainer.submit(ToyTask.pairs(trainer.format(), 4, i));
            }
            assertThat(trainer.checkpoint(root, null, Map.of()).versionId()).startsWith("step-00000005-");
            trainer.submit(ToyTask.pairs(trainer.format(), 4, 5));
            assertThat(trainer.steps()).isEqualTo(6);
            trainer.submit(List.of(impossible(trainer)));
            assertThat(trainer.skippedSteps()).isEqualTo(1);
            assertThat(trainer.pairs()).isEqualTo(24);
        }
    }

    @Test
    void shouldReadTheOldestWhenMoreThanEightArePending() {
        TrainingConfig config =
                TrainingConfig.defaults(SEED).toBuilder().maxSkipped(1).build();
        try (RewardModelTrainer trainer = ToyTask.builtIn(config, 1, Compute.cpu())) {
            PendingStep bad = trainer.submit(List.of(impossible(trainer)));
            for (int i = 0; i < 7; i++) {
                trainer.submit(ToyTask.pairs(trainer.format(), 4, i));
            }
            assertThatThrownBy(() -> trainer.submit(ToyTask.pairs(trainer.format(), 4, 7)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 steps in a row");
            assertThat(bad.result().skipped()).isTrue();
        }
    }

    @Test
    void shouldReadNoFurtherThanAskedWhenALaterStepIsBad() {
        TrainingConfig config =
                TrainingConfig.defaults(SEED).toBuilder().maxSkipped(1).build();
        try (RewardModelTrainer trainer = ToyTask.builtIn(config, 1, Compute.cpu())) {
            PendingStep good = trainer.submit(ToyTask.pairs(trainer.format(), 4, 1));
            PendingStep bad = trainer.submit(List.of(impossible(trainer)));
            assertThat(good.result().skipped()).isFalse();
            assertThatThrownBy(bad::result)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 steps in a row");
        }
    }

    @Test
    void shouldSaySoWhenTheTrainerIsClosedBeforeAStepIsRead() {
        PendingStep left;
        PendingStep read;
        try (RewardModelTrainer trainer = ToyTask.builtIn(SEED)) {
            read = trainer.submit(ToyTask.pairs(trainer.format(), 4, 1));
            assertThat(read.result().step()).isEqualTo(1);
            left = trainer.submit(ToyTask.pairs(trainer.format(), 4, 2));
        }
        assertThat(read.result().step()).isEqualTo(1);
        assertThatThrownBy(left::result)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    /** All figures; without those whose last bits vary, where sums have no fixed order. */
    private static String figures(StepResult result, boolean exact) {
        return !exact
                ? result.step() + " " + result.skipped()
                : List.of(
                                result.step(),
                                result.loss(),
                                result.gradientNorm(),
                                Arrays.toString(result.chosen()),
                                Arrays.toString(result.rejected()),
                                Arrays.toString(Arrays.stream(result.chosenBare())
                                        .map(Math::signum)
                                        .map(Math::abs)
                                        .toArray()),
                                result.skipped())
                        .toString();
    }

    private static EncodedPair impossible(RewardModelTrainer trainer) {
        EncodedPair pair = ToyTask.pairs(trainer.format(), 1, 3).get(0);
        return new EncodedPair(pair.chosen(), pair.rejected(), 1e300);
    }
}
