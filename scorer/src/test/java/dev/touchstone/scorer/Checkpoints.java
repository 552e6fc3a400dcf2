package dev.touchstone.scorer;

import dev.touchstone.rewardmodel.RewardInput;
import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.Turn;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.v1.CheckpointManifest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Real checkpoints of the built-in model, untrained: each seed gives other weights. */
public final class Checkpoints {
    private Checkpoints() {}

    /** Writes one and returns its manifest. */
    public static CheckpointManifest write(Path root, long seed) throws CheckpointException {
        Torch.start(1);
        try (RewardModelTrainer trainer = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(seed))) {
            Checkpoint.Written written = trainer.checkpoint(root, null, Map.of());
            return Fixtures.manifest(
                    written.versionId(), seed, written.folder().toUri().toString(), written.sha256());
        }
    }

    /** What the trainer that writes the checkpoint of a seed says itself: of a prompt and its completion, and of a text that is templated. */
    public static double[] trainersLogits(long seed, String prompt, String completion, String templated) {
        Torch.start(1);
        try (RewardModelTrainer trainer = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(seed))) {
            return trainer.score(List.of(
                    trainer.format().encode(new RewardInput(List.of(new Turn("user", prompt)), completion, null)),
                    trainer.format().encodeTemplated("", templated)));
        }
    }
}
