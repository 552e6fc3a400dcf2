package dev.touchstone.quickstart.command;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Flags that say which cluster a command talks to; what is not set comes from {@code KAFKA_...} variables. */
final class ClusterOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers (default: KAFKA_BOOTSTRAP_SERVERS, or localhost:9092).")
    @Nullable
    String bootstrapServers;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "Schema registry (default: KAFKA_SCHEMA_REGISTRY_URL, or the one of ./touchstone up).")
    @Nullable
    String registry;

    @Option(
            names = "--topic-prefix",
            paramLabel = "PREFIX",
            defaultValue = TopicCatalogue.DEFAULT_PREFIX,
            description = "What the topics' names begin with (default: ${DEFAULT-VALUE}).")
    String topicPrefix = TopicCatalogue.DEFAULT_PREFIX;

    KafkaSettings settings() {
        Map<String, String> configuration = new HashMap<>(System.getenv());
        if (bootstrapServers != null) {
            configuration.put("kafka.bootstrap.servers", bootstrapServers);
        }
        if (registry != null) {
            configuration.put("kafka.schema.registry.url", registry);
        }
        return KafkaSettings.fromConfiguration(configuration);
    }

    TopicCatalogue topics() {
        return new TopicCatalogue(topicPrefix);
    }
}
