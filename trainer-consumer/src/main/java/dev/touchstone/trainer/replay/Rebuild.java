package dev.touchstone.trainer.replay;

import dev.touchstone.rewardmodel.Compute;
import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.schemas.v1.CritiquedPair;
import dev.touchstone.trainer.learn.Learner;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.lineage.Lineage;
import dev.touchstone.trainer.log.PairLog;
import dev.touchstone.trainer.log.PairReader;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Not thread-safe. Builds a model again from the log, along the cuts that the ledger recorded. With one native thread the
 * result has the same bits as the model that learnt live, however often that one was killed.
 */
public final class Rebuild {
    private final KafkaSettings kafka;
    private final TopicCatalogue topics;
    private final Duration patience;

    /**
     * @param kafka how to reach Kafka and the registry
     * @param topics the catalogue of the model
     * @param patience how long one micro-batch may take to be read
     */
    public Rebuild(KafkaSettings kafka, TopicCatalogue topics, Duration patience) {
        this.kafka = kafka;
        this.topics = topics;
        this.patience = patience;
    }

    /**
     * Builds the newest version of a model and writes it down as a checkpoint of its own; nothing is published.
     *
     * @param modelId the model
     * @param config the configuration that the model was begun with
     * @param compute how the live model was computed: another precision or size of a pass gives other bits
     * @param folder where the checkpoint is written
     * @return the checkpoint; its sha256 is that of the live one
     * @throws UserError if there is no such model, or the log does not go back to its beginning
     * @throws IllegalStateException if ledger and log do not fit together
     * @throws CheckpointException if the checkpoint cannot be written
     */
    public Checkpoint.Written newest(String modelId, LearnerConfig config, Compute compute, Path folder)
            throws CheckpointException {
        Lineage lineage = Lineage.read(kafka, topics.checkpoints().name(), modelId, patience);
        CheckpointManifest newest = lineage.newest()
                .orElseThrow(() -> new UserError("There is no checkpoint of model " + modelId + " in "
                        + topics.checkpoints().name() + ": check the model id and the topic prefix."));
        Ledger ledger = Ledger.read(kafka, topics, modelId, lineage.ancestry(newest.getVersionId()), patience);
        try (Learner learner = Learner.fresh(config, compute);
                PairLog log = new PairLog(
                        kafka,
                        topics.critiquedPairs().name(),
                        new PairReader(kafka.decoder(CritiquedPair.class), learner.encoder()))) {
            log.open(ledger.firstOffsets());
            ledger.follow(log, learner, patience, () -> {});
            return learner.save(folder, null);
        }
    }
}
