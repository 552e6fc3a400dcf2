package dev.touchstone.schemas.kafka;

import dev.touchstone.schemas.UserError;
import dev.touchstone.schemas.serde.AvroDeserializer;
import dev.touchstone.schemas.serde.AvroSerializer;
import dev.touchstone.schemas.telemetry.Tracing;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Immutable. How to reach Kafka and the registry: every property {@code kafka.NAME} of a service's configuration, and every
 * environment variable {@code KAFKA_NAME}, is handed to every client as NAME. Security settings, serializer classes and the
 * registry's address are all set this way and nowhere else.
 *
 * <p>{@code KAFKA_PROPERTIES_FILE} names a file of such properties, as Kafka's own tools take one: for secrets that are kept
 * in files, and for names that no variable can spell. What is set otherwise goes before the file.
 */
public final class KafkaSettings {
    private static final String PREFIX = "kafka.";
    private static final String VARIABLE_PREFIX = "KAFKA_";
    private static final String FILE = "properties.file";
    private static final Map<String, String> DEFAULTS = Map.of(
            "bootstrap.servers", "localhost:9092",
            "schema.registry.url", "http://localhost:8081/apis/ccompat/v7",
            "value.serializer", AvroSerializer.class.getName(),
            "value.deserializer", AvroDeserializer.class.getName(),
            "specific.avro.reader", "true");

    private final Map<String, String> properties;
    private final Tracing tracing;

    private KafkaSettings(Map<String, String> properties, Tracing tracing) {
        this.properties = Map.copyOf(properties);
        this.tracing = tracing;
    }

    /** @param properties client properties by their Kafka names; the rest is defaults for a broker on this machine */
    public static KafkaSettings of(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(DEFAULTS);
        all.putAll(properties);
        return new KafkaSettings(all, Tracing.OFF);
    }

    /**
     * Settings out of a service's whole configuration.
     *
     * @param configuration every property by name, also such as do not concern Kafka; names that begin with {@code kafka.},
     *     or are written as an environment variable {@code KAFKA_...}, are taken
     * @throws UserError if the file of properties cannot be read
     */
    public static KafkaSettings fromConfiguration(Map<String, String> configuration) {
        Map<String, String> found = new TreeMap<>();
        configuration.forEach((name, value) -> {
            if (name.startsWith(VARIABLE_PREFIX)) {
                found.putIfAbsent(
                        name.substring(VARIABLE_PREFIX.length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'),
                        value);
            }
        });
        configuration.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                found.put(name.substring(PREFIX.length()), value);
            }
        });
        String file = found.remove(FILE);
        if (file != null) {
            read(file).forEach((name, value) -> found.putIfAbsent(name.toString(), value.toString()));
        }
        return of(found);
    }

    private static Properties read(String file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file))) {
            properties.load(reader);
            return properties;
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "The file " + file + " of KAFKA_PROPERTIES_FILE cannot be read: name a file of Java properties,"
                            + " UTF-8, that this user may read.",
                    e);
        }
    }

    /**
     * Settings out of a configuration that is asked by name, as those of containers are. Only the properties that concern
     * Kafka are read: asking for another one may fail.
     *
     * @param names every property's name
     * @param values the value of a property, empty if it has none
     */
    public static KafkaSettings fromConfiguration(Iterable<String> names, Function<String, Optional<String>> values) {
        Map<String, String> found = new HashMap<>();
        for (String name : names) {
            if (name.startsWith(PREFIX) || name.startsWith(VARIABLE_PREFIX)) {
                values.apply(name).ifPresent(value -> found.put(name, value));
            }
        }
        return fromConfiguration(found);
    }

    /** The same settings with one more, or another value for one. */
    public KafkaSettings with(String name, String value) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(name, value);
        return new KafkaSettings(all, tracing);
    }

    /** The same settings with traces of the records that are sent and read. */
    public KafkaSettings with(Tracing traces) {
        return new KafkaSettings(properties, traces);
    }

    /** How records are traced; {@link Tracing#OFF} unless told otherwise. */
    public Tracing tracing() {
        return tracing;
    }

    /** Where the brokers are. */
    public String bootstrapServers() {
        return property("bootstrap.servers");
    }

    /** All properties, for a client of any kind. */
    public Map<String, Object> client() {
        return new HashMap<>(properties);
    }

    /**
     * Properties for a consumer that reads committed records as bytes and commits nothing by itself. Values are decoded by a
     * {@link RecordDecoder}, so that a record which cannot be read still has its bytes.
     */
    public Map<String, Object> byteConsumer() {
        Map<String, Object> config = client();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        config.put(
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return config;
    }

    /**
     * The same for one that reads to an end and is closed: both wait for the fetch that is under way, half a second by
     * default.
     */
    public Map<String, Object> byteReader() {
        Map<String, Object> config = byteConsumer();
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "50");
        return config;
    }

    /** Properties for an idempotent producer, acks=all, that sends bytes: what is sent was serialised and measured before. */
    public Map<String, Object> byteProducer() {
        Map<String, Object> config = client();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(4 << 20));
        config.put(
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                "org.apache.kafka.common.serialization.ByteArraySerializer");
        config.put(
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                "org.apache.kafka.common.serialization.ByteArraySerializer");
        return config;
    }

    /** The serializer that {@code value.serializer} names, configured for values with all properties. */
    public Serializer<Object> valueSerializer() {
        @SuppressWarnings("unchecked") // a serializer of values takes any value
        Serializer<Object> serializer = (Serializer<Object>) instance("value.serializer", Serializer.class);
        serializer.configure(properties, false);
        return serializer;
    }

    /** A decoder of values of one generated class, by the deserializer that {@code value.deserializer} names. */
    public <T> RecordDecoder<T> decoder(Class<T> type) {
        @SuppressWarnings("unchecked") // what it makes is checked by the decoder
        Deserializer<Object> deserializer = (Deserializer<Object>) instance("value.deserializer", Deserializer.class);
        deserializer.configure(properties, false);
        return new RecordDecoder<>(type, deserializer);
    }

    private <T> T instance(String name, Class<T> kind) {
        String type = property(name);
        try {
            return kind.cast(Utils.newInstance(type, Object.class));
        } catch (ClassNotFoundException | RuntimeException | LinkageError e) {
            throw new UserError(
                    "The class " + type + " of " + name
                            + " cannot be made: name a class for values whose jar is on the class path.",
                    e);
        }
    }

    private String property(String name) {
        String value = properties.get(name);
        if (value == null) {
            throw new UserError("The Kafka property " + name + " is not set.");
        }
        return value;
    }
}
