package dev.touchstone.rewardmodel.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.touchstone.rewardmodel.BuiltInConfig;
import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.LlamaConfig.Family;
import dev.touchstone.rewardmodel.LoraConfig;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.TinyCheckpoint;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.ToyTask;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.internal.Network;
import dev.touchstone.rewardmodel.internal.Network.Purpose;
import dev.touchstone.rewardmodel.text.EncodedInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeModelTest {

    private static final Path ADAPTED =
            Path.of(System.getProperty("touchstone.reference", "../../shared/data/hf-tiny"), "llama-lora");
    private static final List<EncodedInput> INPUTS = List.of(
            new EncodedInput(new int[] {276, 102, 166, 299, 98, 147}, false),
            new EncodedInput(new int[] {206, 151, 66, 130, 28, 22, 267, 106}, false));

    @TempDir
    private Path folder;

    @BeforeAll
    static void startEngine() {
        Torch.start(1);
    }

    @Test
    void shouldScoreTheSameWhenAdaptersAreMerged() throws Exception {
        assumeTrue(Files.exists(ADAPTED), "no reference checkpoint in " + ADAPTED);
        StoredModel adapted = StoredModel.open(ADAPTED, ADAPTED.resolve("adapter"));
        WholeModel.write(adapted, folder.resolve("merged"));
        StoredModel merged = StoredModel.open(folder.resolve("merged"));
        assertThat(merged.adapters()).isNull();
        float[][] before = score(adapted);
        float[][] after = score(merged);
        float[][] base = score(StoredModel.open(ADAPTED));
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i][0]).isCloseTo(before[i][0], within(1e-5f));
            assertThat(after[i][0]).isNotCloseTo(base[i][0], within(1e-2f));
        }
    }

    @Test
    void shouldScoreTheSameWhenAdaptersWereTrainedHere() throws Exception {
        StoredModel below = new TinyCheckpoint(Family.QWEN2, 1, 3).in(folder.resolve("below"));
        Checkpoint.Written written;
        try (RewardModelTrainer trainer = RewardModelTrainer.start(
                below.withAdapters(LoraConfig.ofRank(4)),
                TrainingConfig.defaults(3).withLearningRate(0.02),
                Compute.cpu())) {
            ToyTask.steps(trainer, 0, 20);
            written = trainer.checkpoint(folder.resolve("checkpoints"), null, Map.of());
        }
        StoredModel adapted = Checkpoint.open(written.folder()).model();
        WholeModel.write(adapted, folder.resolve("merged"));
        float[][] before = score(adapted);
        float[][] after = score(StoredModel.open(folder.resolve("merged")));
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i][0]).isCloseTo(before[i][0], within(1e-4f));
            assertThat(after[i][0]).isNotCloseTo(score(below)[i][0], within(1e-3f));
        }
    }

    @Test
    void shouldLeaveTrainingAsideWhenTheModelIsWhole() throws Exception {
        Checkpoint.Written written;
        try (RewardModelTrainer trainer = RewardModelTrainer.start(
                new TinyCheckpoint(Family.QWEN3, 0, 3)
                        .in(folder.resolve("below"))
                        .withRewardHeads(1),
                TrainingConfig.defaults(3).withLearningRate(0.02),
                Compute.cpu())) {
            ToyTask.steps(trainer, 0, 20);
            written =
                    trainer.checkpoint(folder.resolve("checkpoints"), null, Map.of("own.json", new byte[] {'{', '}'}));
        }
        StoredModel trained = Checkpoint.open(written.folder()).model();
        WholeModel.write(trained, folder.resolve("whole"));
        assertThat(folder.resolve("whole").toFile().list())
                .contains("config.json", "tokenizer.json", "model.safetensors")
                .noneMatch(name -> name.startsWith("training_state") || name.equals("own.json"));
        assertThat(score(StoredModel.open(folder.resolve("whole")))).isDeepEqualTo(score(trained));
    }

    @Test
    void shouldRefuseWhenThereIsNothingToMerge() throws Exception {
        StoredModel fresh = new TinyCheckpoint(Family.LLAMA, 1, 3)
                .in(folder.resolve("below"))
                .withAdapters(LoraConfig.ofRank(4));
        assertThatThrownBy(() -> WholeModel.write(fresh, folder.resolve("merged")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not trained yet");
        assertThat(folder.resolve("merged")).doesNotExist();
    }

    @Test
    void shouldRefuseWhenTheModelIsBuiltIn() {
        StoredModel builtIn = StoredModel.fresh(new BuiltInConfig(8, 1, 2, 8, 32, 300), new byte[0]);
        assertThatThrownBy(() -> WholeModel.write(builtIn, folder.resolve("whole")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("known to Touchstone alone");
    }

    private static float[][] score(StoredModel model) throws CheckpointException {
        try (Network network = new Network(model.config(), model.adapters(), Compute.cpu(), Purpose.SCORING)) {
            model.fill(network, 1);
            return network.score(INPUTS);
        }
    }
}
