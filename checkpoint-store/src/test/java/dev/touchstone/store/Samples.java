package dev.touchstone.store;

import dev.touchstone.rewardmodel.RewardModelTrainer;
import dev.touchstone.rewardmodel.Torch;
import dev.touchstone.rewardmodel.TrainingConfig;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Real checkpoints, untrained, and keys for a store that checks none. */
final class Samples {
    private Samples() {}

    /** Writes the checkpoint of a seed. */
    static Checkpoint.Written write(Path folder, long seed) throws CheckpointException {
        Torch.start(1);
        try (RewardModelTrainer trainer = RewardModelTrainer.createBuiltIn(TrainingConfig.defaults(seed))) {
            return trainer.checkpoint(folder, null, Map.of());
        }
    }

    /** Makes the SDK find keys. */
    static void setKeys() {
        System.setProperty("aws.accessKeyId", "key-of-a-test");
        System.setProperty("aws.secretAccessKey", "secret-of-a-test");
    }

    /** Settings of a store at an endpoint. */
    static StoreSettings settings(String location, String endpoint) {
        return StoreSettings.of(Optional.of(location), Optional.of(endpoint), Optional.empty(), Optional.empty());
    }
}
