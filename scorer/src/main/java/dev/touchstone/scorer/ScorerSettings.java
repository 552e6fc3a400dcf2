package dev.touchstone.scorer;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.kafka.KafkaSettings;

/**
 * What the core needs to know.
 *
 * @param kafka how to reach Kafka and the registry
 * @param topicPrefix prefix of all topics
 * @param modelId the model whose champion serves
 * @param instanceId name of this instance among the scorers of these topics, the same after a restart
 * @param queueItems how many texts from HTTP may wait or be scored at a time
 */
public record ScorerSettings(
        KafkaSettings kafka, String topicPrefix, String modelId, String instanceId, int queueItems) {
    /**
     * Checks what can be checked.
     *
     * @throws UserError if a value cannot be used
     */
    public ScorerSettings {
        if (modelId.isBlank() || modelId.contains("/")) {
            throw new UserError("touchstone.model-id is '" + modelId + "': use a name without a slash.");
        }
        if (instanceId.isBlank()) {
            throw new UserError("touchstone.instance-id is empty: give this scorer a name.");
        }
        if (queueItems < 1) {
            throw new UserError("touchstone.http.queue-items is " + queueItems + ": use at least 1.");
        }
    }
}
