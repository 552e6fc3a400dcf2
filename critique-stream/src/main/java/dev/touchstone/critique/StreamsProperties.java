package dev.touchstone.critique;

import dev.touchstone.critique.state.BoundedRocksDb;
import dev.touchstone.schemas.kafka.KafkaSettings;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams, and why they are so. */
public final class StreamsProperties {
    /** Rows of stores and internal topics hold a whole input as JSON. */
    private static final String INTERNAL_MAX_BYTES = Integer.toString(4 << 20);

    private static final int FETCHED_RECORDS = 200;

    private StreamsProperties() {}

    /**
     * The settings for one instance.
     *
     * @param settings what the service is told
     * @param kafka how to reach Kafka
     */
    public static Properties of(CritiqueSettings settings, KafkaSettings kafka) {
        Map<String, Object> client = kafka.client();
        // Streams reads and writes bytes; these name the classes of Avro values.
        List.of("key.serializer", "key.deserializer", "value.serializer", "value.deserializer", "specific.avro.reader")
                .forEach(client::remove);
        Properties config = new Properties();
        config.putAll(client);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                settings.commitInterval().toMillis());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbys());
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, settings.replicationFactor());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir().toString());
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        // No order between topics matters: a task never waits for one of them to have data.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // What is fetched is taken in, also after the valve is shut: little at a time.
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, FETCHED_RECORDS);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), FETCHED_RECORDS);
        // Static membership exists on the classic protocol only, in Kafka 4.3.
        config.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                InstanceId.of(settings.instanceId(), settings.stateDir(), settings.applicationId()));
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), INTERNAL_MAX_BYTES);
        config.put(StreamsConfig.topicPrefix("max.message.bytes"), INTERNAL_MAX_BYTES);
        return config;
    }
}
