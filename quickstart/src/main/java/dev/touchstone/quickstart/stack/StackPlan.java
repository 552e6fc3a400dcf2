package dev.touchstone.quickstart.stack;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.testkit.cluster.RegistryProcess;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an embedded stack looks like.
 *
 * @param home the checkout that holds the built parts
 * @param data folder for everything that the stack keeps
 * @param kafkaPort port of the broker
 * @param registryPort port of the schema registry
 * @param httpPort port of the scorer and its page
 * @param critic a real LLM to ask; null for the rubric critic
 */
public record StackPlan(
        Path home,
        Path data,
        int kafkaPort,
        int registryPort,
        int httpPort,
        @Nullable Critic critic) {

    /**
     * An OpenAI-compatible endpoint.
     *
     * @param url base address, ending in {@code /v1} for most
     * @param model the model's name there
     * @param keyVariable environment variable that holds the key, if the endpoint wants one
     */
    public record Critic(String url, String model, String keyVariable) {}

    /** How clients reach the stack. */
    public KafkaSettings settings() {
        return KafkaSettings.of(Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + kafkaPort,
                "schema.registry.url",
                RegistryProcess.url(registryPort)));
    }

    /** Its topics. */
    public TopicCatalogue topics() {
        return new TopicCatalogue(TopicCatalogue.DEFAULT_PREFIX);
    }
}
