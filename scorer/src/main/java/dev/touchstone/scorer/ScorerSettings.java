package dev.touchstone.scorer;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;

/**
 * What the core needs to know.
 *
 * @param kafka how to reach Kafka and the registry
 * @param topicPrefix prefix of all topics
 * @param modelId the model that serves
 * @param serve the alias or version of that model that serves
 * @param versionsBeside how many versions that are asked for by name may be in memory beside it
 * @param instanceId name of this instance among the scorers of these topics, the same after a restart
 * @param queueItems how many texts from HTTP may wait or be scored at a time
 * @param page whether topics are read for the page
 */
public record ScorerSettings(
        KafkaSettings kafka,
        String topicPrefix,
        String modelId,
        String serve,
        int versionsBeside,
        String instanceId,
        int queueItems,
        boolean page) {
    /**
     * Checks what can be checked.
     *
     * @throws UserError if a value cannot be used
     */
    public ScorerSettings {
        if (modelId.isBlank() || modelId.contains("/")) {
            throw new UserError("touchstone.model-id is '" + modelId + "': use a name without a slash.");
        }
        if (serve.isBlank() || serve.contains("/")) {
            throw new UserError("touchstone.model-version is '" + serve
                    + "': use champion, another alias, or a version of the model, without a slash.");
        }
        if (versionsBeside < 0) {
            throw new UserError("touchstone.versions-beside is " + versionsBeside + ": use at least 0.");
        }
        if (instanceId.isBlank()) {
            throw new UserError("touchstone.instance-id is empty: give this scorer a name.");
        }
        if (queueItems < 1) {
            throw new UserError("touchstone.http.queue-items is " + queueItems + ": use at least 1.");
        }
    }
}
