package dev.touchstone.trainer.replay;

import dev.touchstone.rewardmodel.checkpoint.Checkpoint;
import dev.touchstone.rewardmodel.checkpoint.CheckpointException;
import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.v1.CheckpointManifest;
import dev.touchstone.trainer.learn.LearnerConfig;
import dev.touchstone.trainer.learn.StoredConfig;
import dev.touchstone.trainer.lineage.Lineage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Finds the configuration that a live model was begun with. Unlike a trainer it leaves damaged checkpoints where they are. */
public final class LiveConfig {
    private LiveConfig() {}

    /**
     * The configuration in the newest checkpoint of a model that can be read from this machine; empty if there is none.
     *
     * @param patience how long to wait for open transactions of others
     * @param console takes a line per checkpoint that is there and cannot be used
     */
    public static Optional<LearnerConfig> read(
            KafkaSettings kafka, TopicCatalogue topics, String modelId, Duration patience, Consumer<String> console) {
        Lineage lineage = Lineage.read(kafka, topics.checkpoints().name(), modelId, patience);
        List<CheckpointManifest> ancestry = lineage.newest()
                .map(newest -> lineage.ancestry(newest.getVersionId()))
                .orElse(List.of());
        for (CheckpointManifest manifest : ancestry) {
            URI uri = URI.create(manifest.getUri());
            if ("file".equals(uri.getScheme()) && Files.isDirectory(Path.of(uri))) {
                try {
                    return Optional.of(StoredConfig.of(Checkpoint.open(Path.of(uri))));
                } catch (CheckpointException e) {
                    console.accept("Checkpoint " + manifest.getVersionId() + " cannot be used: " + e.getMessage());
                }
            }
        }
        return Optional.empty();
    }
}
