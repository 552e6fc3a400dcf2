package dev.touchstone.producers.cli;

import dev.touchstone.schemas.TopicCatalogue;
import dev.touchstone.schemas.kafka.KafkaSettings;
import dev.touchstone.schemas.telemetry.Tracing;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where Kafka and the registry are. Environment variables KAFKA_NAME set every other client property. */
public final class KafkaOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers (default: KAFKA_BOOTSTRAP_SERVERS, else localhost:9092).")
    private @Nullable String bootstrapServers;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "Schema registry (default: KAFKA_SCHEMA_REGISTRY_URL, else"
                    + " http://localhost:8081/apis/ccompat/v7).")
    private @Nullable String registry;

    @Option(
            names = "--topic-prefix",
            defaultValue = "${env:TOUCHSTONE_TOPIC_PREFIX:-" + TopicCatalogue.DEFAULT_PREFIX + "}",
            description = "What topic names begin with (default: TOUCHSTONE_TOPIC_PREFIX, else rm.).")
    private String topicPrefix = TopicCatalogue.DEFAULT_PREFIX;

    /** Made by picocli, which fills in the fields. */
    public KafkaOptions() {}

    /**
     * The settings of the clients: what is set by an option goes before the environment.
     *
     * @param environment environment variables
     */
    public KafkaSettings settings(Map<String, String> environment) {
        KafkaSettings settings = KafkaSettings.fromConfiguration(environment);
        if (bootstrapServers != null) {
            settings = settings.with("bootstrap.servers", bootstrapServers);
        }
        return registry == null ? settings : settings.with("schema.registry.url", registry);
    }

    /** The same for a command that sends records: with traces of them, if TOUCHSTONE_TRACING says so. */
    public KafkaSettings sending(Map<String, String> environment) {
        return settings(environment).with(Tracing.start(environment.get("TOUCHSTONE_TRACING"), "producers"));
    }

    /** The topics by name. */
    public TopicCatalogue topics() {
        return topics(TopicCatalogue.DEFAULT_PARTITIONS);
    }

    /**
     * The same, with the number of partitions to create them with.
     *
     * @param partitions of the topics that carry pairs, completions and rewards
     */
    public TopicCatalogue topics(int partitions) {
        return new TopicCatalogue(topicPrefix, partitions);
    }
}
