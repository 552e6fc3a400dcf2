package dev.touchstone.trainer;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.schemas.ConsumerGroups;
import dev.touchstone.schemas.UserError;
import dev.touchstone.store.StoreSettings;
import dev.touchstone.trainer.gate.GateConfig;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.lineage.Retention;
import dev.touchstone.trainer.log.Place;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a trainer runs. Of these only {@code learner} changes what a model becomes from the same cuts.
 *
 * @param topicPrefix what every topic's name begins with
 * @param modelId the model: letters, digits, dot, dash, underscore
 * @param checkpoints folder of all models' checkpoints; this model's are in a folder of its id
 * @param store where checkpoints go from there, for scorers to load
 * @param learner configuration of the model
 * @param begin where in the log a new model begins; one that exists goes on where it stands
 * @param compute where and how the model is computed
 * @param batchPairs most pairs of a micro-batch, at least 1
 * @param batchTokens most tokens of a micro-batch, both sides of all its pairs, at least 1
 * @param idle after so long without anything new, what is there is learnt from and published; 0 for never: then micro-batches
 *     follow from the log alone, and what is less than a full one is learnt when the trainer is stopped at the end of the log
 * @param checkpointEvery longest time between two checkpoints while there is something new
 * @param checkpointBatches most micro-batches between two checkpoints, at least 1
 * @param keepCheckpoints how many of the newest checkpoints stay in the store, at least 2
 * @param rollbackWindow how many former champions stay as well, at least 0
 * @param patience how long a broker that is away is waited for
 * @param gate what a checkpoint must pass to become champion
 */
public record TrainerSettings(
        String topicPrefix,
        String modelId,
        Path checkpoints,
        StoreSettings store,
        LearnerConfig learner,
        Place begin,
        Compute compute,
        int batchPairs,
        int batchTokens,
        Duration idle,
        Duration checkpointEvery,
        int checkpointBatches,
        int keepCheckpoints,
        int rollbackWindow,
        Duration patience,
        GateConfig gate) {
    private static final String PLAIN_ARM = ".plain";

    /** Checks what a user may have set wrong. */
    public TrainerSettings {
        if (!modelId.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new UserError("The model id '" + modelId
                    + "' cannot be used: set touchstone.model-id to letters, digits, dots, dashes and underscores.");
        }
        require(batchPairs >= 1, "touchstone.batch-pairs", "at least 1");
        require(batchTokens >= 1, "touchstone.batch-tokens", "at least 1");
        require(checkpointBatches >= 1, "touchstone.checkpoint-batches", "at least 1");
        require(keepCheckpoints >= 2, "touchstone.keep-checkpoints", "at least 2");
        require(rollbackWindow >= 0, "touchstone.rollback-window", "0 or more");
        require(!idle.isNegative(), "touchstone.idle", "0 or longer");
        require(!checkpointEvery.isNegative(), "touchstone.checkpoint-every", "0 or longer");
    }

    /** The defaults. */
    public static TrainerSettings defaults(
            String topicPrefix, String modelId, Path checkpoints, LearnerConfig learner) {
        return new TrainerSettings(
                topicPrefix,
                modelId,
                checkpoints,
                StoreSettings.DIRECTORY,
                learner,
                new Place.Beginning(),
                Compute.cpu(),
                32,
                16_384,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                32,
                5,
                3,
                Duration.ofMinutes(3),
                GateConfig.defaults());
    }

    /** How the same model's arm without critiques runs: a model of its own, from the same pairs and the same seed. */
    public TrainerSettings plainArm() {
        return new TrainerSettings(
                topicPrefix,
                modelId + PLAIN_ARM,
                checkpoints,
                store,
                learner.withoutCritiques(),
                begin,
                compute,
                batchPairs,
                batchTokens,
                idle,
                checkpointEvery,
                checkpointBatches,
                keepCheckpoints,
                rollbackWindow,
                patience,
                gate);
    }

    /** The transactional id of the model's one trainer, and the group that its offsets are committed for. */
    public String transactionalId() {
        return ConsumerGroups.trainer(topicPrefix, modelId);
    }

    /** The group that the offsets of this model's requests are committed for. */
    public String requestGroup() {
        return transactionalId() + "-requests";
    }

    /** The folder of this model's checkpoints. */
    public Path modelFolder() {
        return checkpoints.resolve(modelId);
    }

    /** Which checkpoints stay. */
    public Retention retention() {
        return new Retention(keepCheckpoints, rollbackWindow);
    }

    private static void require(boolean condition, String name, String range) {
        if (!condition) {
            throw new UserError("The setting " + name + " is out of range: set it to " + range + ".");
        }
    }
}
